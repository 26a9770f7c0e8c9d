/*
 * volley ROUNDS - a parent and its child print "ping 1", "pong 1", "ping 2", ... strictly in turn, by SIGUSR1 alone
 *
 * The whole difficulty of signals is *when* they come: at any moment, also before the receiver has got as far as
 * to wait. Whoever waits with pause() for a signal that has already been handled waits for ever.
 *
 * The way out is to keep the signal blocked. A blocked signal that comes is not lost and not handled: it stays
 * pending in the kernel, as a letter in a letter box. sigwait() takes it out, or sleeps until there is one. Whether
 * the signal or the sigwait comes first makes no difference any more, so there is no wrong moment.
 *
 * The mask is set before fork(), because the child inherits it: there is no instant in which the child lives and
 * SIGUSR1 would end it, which is what SIGUSR1 does to a process that has said nothing else.
 *
 * A letter box for SIGUSR1 holds one letter: signals of the same kind are not counted. Here that is enough, for
 * nobody sends a second one before he has had an answer to the first.
 */
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
    int number;
    int error = sigwait(turn, &number); /* returns the error; it does not set errno */
    if (error != 0) {
        fprintf(stderr, "volley: sigwait: %s\n", strerror(error));
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
