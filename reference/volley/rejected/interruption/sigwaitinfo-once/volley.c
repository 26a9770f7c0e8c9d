/* Wrong: sigwaitinfo is taken to fail for good when it was only interrupted. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static bool parse_count(const char *text, long *count)
{
    char *end;
    errno = 0;
    *count = strtol(text, &end, 10);
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0; /* strtol takes " 7" and "-7", too */
}

/* Sleeps until the other side has sent SIGUSR1, if it has not done so already. */
static void await(const sigset_t *turn)
{
    if (sigwaitinfo(turn, NULL) == -1) {
        perror("volley: sigwaitinfo");
        exit(1);
    }
}

/* Prints a line, and only then lets the other side go on: what is still in a buffer is not printed. */
static void strike(const char *word, long round, pid_t other)
{
    if (printf("%s %ld\n", word, round) < 0 || fflush(stdout) == EOF || kill(other, SIGUSR1) == -1) {
        perror("volley");
        exit(1);
    }
}

int main(int argc, char **argv)
{
    long rounds;
    if (argc != 2 || !parse_count(argv[1], &rounds)) {
        fprintf(stderr, "usage: volley ROUNDS\n");
        return 2;
    }

    sigset_t turn;
    sigemptyset(&turn);
    sigaddset(&turn, SIGUSR1);
    if (sigprocmask(SIG_BLOCK, &turn, NULL) == -1) {
        perror("volley: sigprocmask");
        return 1;
    }

    pid_t parent = getpid(); /* known before there is a child that needs it */
    pid_t child = fork();
    if (child == -1) {
        perror("volley: fork");
        return 1;
    }
    if (child == 0) {
        for (long round = 1; round <= rounds; round++) {
            await(&turn);
            strike("pong", round, parent);
        }
        return 0;
    }

    for (long round = 1; round <= rounds; round++) {
        strike("ping", round, child);
        await(&turn);
    }
    /* The last signal says that the last line is printed, not that the child has ended. */
    int status;
    if (waitpid(child, &status, 0) == -1) {
        perror("volley: waitpid");
        return 1;
    }
    return status == 0 ? 0 : 1;
}
