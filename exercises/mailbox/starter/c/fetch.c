/*
 * usage: fetch FILE
 *
 * Takes the oldest message out of the mailbox FILE and prints it. Exit status 3: there is none.
 */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: fetch FILE\n");
        return 2;
    }
    const char *file = argv[1];

    /* Step 1: lock FILE.lock, as post does. Why does somebody who takes a message out need the lock, too? */

    /* Step 2: which message is the oldest, and what stays? There may be none, or no mailbox at all. */

    /* Step 3: let the mailbox contain what stays, so that it never contains anything in between. post must do
     *         the same: other .c files without a main are linked to both programs. */

    /* Step 4: print the message. Before or after step 3: what if you are killed between the two? */

    fprintf(stderr, "fetch: not written yet (%s)\n", file);
    return EXIT_FAILURE;
}
