/*
 * chat ME PEER - two people talk over two FIFOs, one for each direction
 *
 * Compile: gcc -std=gnu11 -Wall -Wextra -o chat chat.c
 *
 * So far the names are put together and what is typed is thrown away. What is missing is marked TODO.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: chat ME PEER\n");
        return 2;
    }
    char mine[4096], theirs[4096];
    snprintf(mine, sizeof mine, "%s.fifo", argv[1]);
    snprintf(theirs, sizeof theirs, "%s.fifo", argv[2]);
    fprintf(stderr, "chat: would read %s and write %s\n", mine, theirs);

    /* TODO: make both FIFOs (man 3 mkfifo), unless they are there. */

    /* TODO: open them. Think first: for whom does each open() wait, and who waits for you meanwhile? */

    /* TODO: wait for two things at once: a line that is typed, and a line that comes. */
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) != -1 && strcmp(line, "/quit\n") != 0) {
        /* TODO: send the line. */
    }
    free(line);

    /* TODO: when the peer leaves: print "PEER left". Whoever leaves or is left removes his own FIFO. */
    fprintf(stderr, "chat: not finished yet\n");
    return 1;
}
