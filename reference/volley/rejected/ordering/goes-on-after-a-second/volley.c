/* Wrong: who has waited for a second takes it that the other side has had its turn. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long parse_count(const char *text)
{
    char *end;
    errno = 0;
    long count = strtol(text, &end, 10);
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0 ? count : -1;
}

static void wait_for_turn(const sigset_t *usr1)
{
    const struct timespec second = {.tv_sec = 1};
    while (sigtimedwait(usr1, NULL, &second) == -1 && errno == EINTR) {
    }
}

static void strike(const char *word, long round, pid_t other)
{
    printf("%s %ld\n", word, round);
    fflush(stdout);
    kill(other, SIGUSR1);
}

int main(int argc, char **argv)
{
    long rounds = argc == 2 ? parse_count(argv[1]) : -1;
    if (rounds < 0) {
        fprintf(stderr, "usage: volley ROUNDS\n");
        return 2;
    }
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);

    pid_t parent = getpid(), child = fork();
    if (child == -1) {
        perror("fork");
        return 1;
    }
    if (child == 0) {
        for (long round = 1; round <= rounds; round++) {
            wait_for_turn(&usr1);
            strike("pong", round, parent);
        }
        _exit(0);
    }
    for (long round = 1; round <= rounds; round++) {
        strike("ping", round, child);
        wait_for_turn(&usr1);
    }
    int status;
    waitpid(child, &status, 0);
    return status == 0 ? 0 : 1;
}
