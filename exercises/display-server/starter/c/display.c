/*
 * display SOCKET - prints what windows draw, and sends keys to the one that has the focus
 *
 * Compile: gcc -std=gnu11 -Wall -Wextra -o display display.c
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: display SOCKET\n");
        return 2;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(argv[1]) >= sizeof address.sun_path) {
        fprintf(stderr, "display: %s is too long\n", argv[1]);
        return 1;
    }
    strcpy(address.sun_path, argv[1]);

    /* Step 1: a socket at the address, with mode 0600. What if a file of that name is there? Who can tell you whether
     *         a display is behind it? */

    /* Step 2: wait for the listening socket, for all windows and for standard input, in one call. */

    /* Step 3: a read brings some bytes. Keep them, for each window by itself, and take whole lines out. */

    /* Step 4: `focus NAME` and `key C`. What if the window has died? */

    /* Step 5: SIGTERM, at any time: remove the file, end with 0. */

    fprintf(stderr, "display: not written yet\n");
    return 1;
}
