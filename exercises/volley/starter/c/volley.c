/*
 * volley ROUNDS - a parent and its child print ping and pong strictly in turn, by SIGUSR1
 *
 * Compile: gcc -std=gnu11 -Wall -Wextra -o volley volley.c
 */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* Reads a decimal number of 0 or more; false if the text is anything else. */
static bool parse_count(const char *text, long *count)
{
    char *end;
    errno = 0;
    *count = strtol(text, &end, 10);
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0;
}

/* Prints one line, now and not when the process ends. */
static void strike(const char *word, long round)
{
    printf("%s %ld\n", word, round);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    long rounds;
    if (argc != 2 || !parse_count(argv[1], &rounds)) {
        fprintf(stderr, "usage: volley ROUNDS\n");
        return 2;
    }

    /* Step 1: what becomes of a process that is sent SIGUSR1 and has said nothing about it? What must be done so
     *         that neither side is hit before it is ready, and where: before or after the fork? */

    pid_t child = fork();
    if (child == -1) {
        perror("fork");
        return 1;
    }
    if (child == 0) {
        /* Step 2: the child. In each round: wait until the parent has had its turn, print, let it go on.
         *         Whose process id does it need for that? */
        strike("pong", 1);
        _exit(0);
    }

    /* Step 3: the parent. In each round: print, let the child go on, wait for its answer. */

    /* Step 4: has the child ended when its last signal has come? */

    fprintf(stderr, "volley: not written yet (%ld rounds)\n", rounds);
    return 1;
}
