/*
 * supervisor WORKERS LIMIT CMD [ARG...] - keeps WORKERS copies of CMD running
 *
 * Compile: gcc -std=gnu11 -Wall -Wextra -o supervisor supervisor.c
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

int main(int argc, char **argv)
{
    long workers, limit;
    if (argc < 4 || !parse_count(argv[1], &workers) || !parse_count(argv[2], &limit)) {
        fprintf(stderr, "usage: supervisor WORKERS LIMIT CMD [ARG...]\n");
        return 2;
    }
    char **command = argv + 3; /* ends with NULL, as execvp wants it */

    /* Step 1: you will wait for two things: that a worker ends (SIGCHLD), and that you are told to stop (SIGTERM). Which
     *         call waits for both, asleep? What if one comes before you wait? Set that up before the first worker. */

    /* Step 2: start the workers, and print `start PID` for each, at once. What does a worker inherit from you that it
     *         must not have? What if CMD cannot be executed? */

    /* Step 3: when workers have ended (how many?), see how. Replace who did not end with 0: `restart PID after STATUS`. */

    /* Step 4: all ended well: 0. No restart is left: stop the rest, 1. SIGTERM: stop all, 0. Stopped means waited for. */

    fprintf(stderr, "supervisor: not written yet (%ld times %s, at most %ld restarts)\n", workers, command[0], limit);
    return 1;
}
