/*
 * usage: clerk KEY
 *
 * Answers each request in the queue KEY with its text in upper case, until SIGTERM.
 */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char *argv[])
{
    char *end;
    long key = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (argc != 2 || *argv[1] == '\0' || *end != '\0') {
        fprintf(stderr, "usage: clerk KEY\n");
        return 2;
    }

    /* Step 1: decide who waits for SIGTERM, and arrange for it before there is a queue. It may come at any moment, also
     *         just before msgrcv sleeps. What becomes of msgrcv when somebody else removes the queue? */

    /* Step 2: make the queue, with mode 0600. */

    /* Step 3: what does a request look like, and what an answer? Which of its members does the size not count? */

    /* Step 4: take a request, and nothing but requests, and answer it; again and again. */

    /* Step 5: on SIGTERM remove the queue and return 0. */

    fprintf(stderr, "clerk: not written yet (%ld)\n", key);
    return EXIT_FAILURE;
}
