/*
 * usage: logger SOCKET TEXT
 *
 * Sends TEXT to the logd at SOCKET.
 */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: logger SOCKET TEXT\n");
        return 2;
    }
    const char *path = argv[1], *text = argv[2];

    /* Step 1: make a datagram socket. Does it need a name of its own? */

    /* Step 2: fill in the address of the other one. */

    /* Step 3: send the text, all of it and nothing more, as one message. What if nobody is there? */

    fprintf(stderr, "logger: not written yet (%s, %s)\n", path, text);
    return EXIT_FAILURE;
}
