/*
 * usage: logd SOCKET FILE
 *
 * Appends each message that comes to SOCKET to FILE, as a numbered line, until SIGTERM.
 */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: logd SOCKET FILE\n");
        return 2;
    }
    const char *path = argv[1], *file = argv[2];

    /* Step 1: decide how SIGTERM is to reach you, and arrange for it before there is anything to remove. You will wait
     *         for it and for messages at the same time. */

    /* Step 2: open FILE, so that what is in it stays, and whatever you write goes to its end. */

    /* Step 3: make a datagram socket and bind it to SOCKET. Who decides on the mode of the file that this makes? */

    /* Step 4: sleep until a message comes. How long can it be, and what becomes of what does not fit? */

    /* Step 5: write the line. It is to be in FILE at once. */

    /* Step 6: on SIGTERM take what has been sent already, remove SOCKET, return 0. */

    fprintf(stderr, "logd: not written yet (%s, %s)\n", path, file);
    return EXIT_FAILURE;
}
