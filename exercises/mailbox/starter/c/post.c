/*
 * usage: post FILE TEXT
 *
 * Appends a message to the mailbox FILE.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char *argv[])
{
    if (argc != 3 || strchr(argv[2], '\n') != NULL) {
        fprintf(stderr, "usage: post FILE TEXT (TEXT is one line)\n");
        return 2;
    }
    const char *file = argv[1], *text = argv[2];

    /* Step 1: lock FILE.lock, and make it if it is not there. Which call waits until it is free? Who gives the
     *         lock back if you are killed? */

    /* Step 2: what is in the mailbox? It may not exist yet. */

    /* Step 3: let the mailbox contain that and one message more, so that it never contains anything in between,
     *         wherever you are killed. Where do you write, and what puts it in its place? */

    /* Step 4: what if somebody was killed before you: what may he have left beside FILE? */

    fprintf(stderr, "post: not written yet (%s, %zu bytes)\n", file, strlen(text));
    return EXIT_FAILURE;
}
