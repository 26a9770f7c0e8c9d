/*
 * usage: client FIFO COUNT
 *
 * Asks the server at FIFO for COUNT numbers, and prints the first of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char *argv[])
{
    if (argc != 3 || *argv[2] == '\0' || strspn(argv[2], "0123456789") != strlen(argv[2])) {
        fprintf(stderr, "usage: client FIFO COUNT\n");
        return 2;
    }
    const char *fifo = argv[1];
    long count = strtol(argv[2], NULL, 10);

    /* Step 1: make a FIFO of your own, FIFO.PID, with mode 0600. When is the right moment to open it? */

    /* Step 2: send `PID COUNT` and a newline, in one write. */

    /* Step 3: wait for the answer, and print it. What does read say while the server has not opened your FIFO yet? */

    /* Step 4: remove your FIFO, whatever has happened. */

    fprintf(stderr, "client: not written yet (%s, %ld)\n", fifo, count);
    return EXIT_FAILURE;
}
