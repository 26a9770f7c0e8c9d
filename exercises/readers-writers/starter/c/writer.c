/*
 * usage: writer FILE TEXT
 *
 * Replaces the content of FILE by TEXT and a newline under an exclusive lock, when a line, or the end of the
 * standard input, has come.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char *argv[])
{
    if (argc != 3 || strchr(argv[2], '\n') != NULL) {
        fprintf(stderr, "usage: writer FILE TEXT\n");
        return 2;
    }
    const char *path = argv[1];
    const char *text = argv[2];

    /* Step 1: open FILE, and make it if it is not there. What may open do to the content, and what not yet? */

    /* Step 2: take the lock that lets nobody else in. */

    /* Step 3: print `writing`, so that it is seen at once, and wait for a line or the end of stdin. */

    /* Step 4: replace the content. What is left of an old text that was longer? */

    /* Step 5: give the lock back. Where is the text by then: in the file, or in a buffer? */

    fprintf(stderr, "writer: not written yet (%s, %s)\n", path, text);
    return EXIT_FAILURE;
}
