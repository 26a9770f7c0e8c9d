/* Wrong: starts a child for each round. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static long parse_count(const char *text)
{
    char *end;
    errno = 0;
    long count = strtol(text, &end, 10);
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0 ? count : -1;
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

    pid_t parent = getpid();
    for (long round = 1; round <= rounds; round++) {
        int got;
        pid_t child = fork();
        if (child == -1) {
            perror("fork");
            return 1;
        }
        if (child == 0) {
            sigwait(&usr1, &got);
            strike("pong", round, parent);
            _exit(0);
        }
        strike("ping", round, child);
        sigwait(&usr1, &got);
        waitpid(child, NULL, 0);
    }
    return 0;
}
