/*
 * usage: reader FILE
 *
 * Prints the content of FILE under a shared lock, when a line, or the end of the standard input, has come.
 */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: reader FILE\n");
        return 2;
    }
    const char *path = argv[1];

    /* Step 1: open FILE, and make it if it is not there. */

    /* Step 2: take the lock. Which of the two kinds lets other readers in? Does your call wait? */

    /* Step 3: print `reading`, so that it is seen at once, and wait for a line or the end of stdin. */

    /* Step 4: print the content. From when on is it sure that no writer is in the middle of changing it? */

    /* Step 5: give the lock back. Has everything been printed by then? */

    fprintf(stderr, "reader: not written yet (%s)\n", path);
    return EXIT_FAILURE;
}
