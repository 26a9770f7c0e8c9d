/* Accepted: the child is this program again, by exec: a mask and what is pending outlive it. Waits with sigwaitinfo,
 * and looks who has sent the signal. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static sigset_t usr1;

static int from(pid_t other)
{
    siginfo_t info;
    do {
        if (sigwaitinfo(&usr1, &info) == -1 && errno != EINTR)
            return -1;
    } while (info.si_pid != other);
    return 0;
}

static int child(unsigned long rounds)
{
    pid_t parent = getppid();
    for (unsigned long i = 0; i < rounds; i++) {
        if (from(parent) == -1)
            return EXIT_FAILURE;
        printf("pong %lu\n", i + 1);
        kill(parent, SIGUSR1);
    }
    return EXIT_SUCCESS;
}

static int parent(unsigned long rounds, pid_t other)
{
    for (unsigned long i = 0; i < rounds; i++) {
        printf("ping %lu\n", i + 1);
        if (kill(other, SIGUSR1) == -1 || from(other) == -1)
            return EXIT_FAILURE;
    }
    siginfo_t info;
    if (waitid(P_PID, other, &info, WEXITED) == -1)
        return EXIT_FAILURE;
    return info.si_code == CLD_EXITED ? info.si_status : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    unsigned long rounds = 0;
    char *end = NULL;
    if (argc == 2 && *argv[1] >= '0' && *argv[1] <= '9')
        rounds = strtoul(argv[1], &end, 10);
    if (end == NULL || *end != '\0') {
        fputs("usage: volley ROUNDS\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    if (strcmp(argv[0], "child of volley") == 0)
        return child(rounds);

    sigprocmask(SIG_BLOCK, &usr1, NULL);
    pid_t pid = fork();
    if (pid == 0) {
        execl("/proc/self/exe", "child of volley", argv[1], (char *)NULL);
        _exit(127);
    }
    if (pid == -1) {
        perror("fork");
        return EXIT_FAILURE;
    }
    return parent(rounds, pid);
}
