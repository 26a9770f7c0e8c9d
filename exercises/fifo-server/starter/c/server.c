/*
 * usage: server FIFO
 *
 * Hands out numbers: a request `PID COUNT` is answered through FIFO.PID with the first of COUNT numbers. Until SIGTERM.
 */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: server FIFO\n");
        return 2;
    }
    const char *fifo = argv[1];

    /* Step 1: decide how SIGTERM is to reach you, and arrange for it before there is anything to remove. It may come
     *         at any moment, also just before a call that waits. */

    /* Step 2: make the FIFO, with mode 0600, and open it. What does a read give when the last client has closed it, and
     *         how can you see to it that this never happens? */

    /* Step 3: sleep until a request comes. One read may bring several. */

    /* Step 4: is it a request at all? If not: a message on stderr, and on. */

    /* Step 5: answer. Which calls wait for the client, and what if it has gone? Which signal comes if it goes now? */

    /* Step 6: on SIGTERM remove the FIFO and return 0. */

    fprintf(stderr, "server: not written yet (%s)\n", fifo);
    return EXIT_FAILURE;
}
