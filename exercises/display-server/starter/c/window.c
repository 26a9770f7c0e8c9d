/*
 * window SOCKET NAME - sends each typed line to the display, and prints what comes from it
 *
 * Compile: gcc -std=gnu11 -Wall -Wextra -o window window.c
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: window SOCKET NAME\n");
        return 2;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(argv[1]) >= sizeof address.sun_path) {
        fprintf(stderr, "window: %s is too long\n", argv[1]);
        return 1;
    }
    strcpy(address.sun_path, argv[1]);

    /* Step 1: connect, and send `name NAME`. */

    /* Step 2: wait for standard input and for the display, whichever has something. */

    /* Step 3: each whole line that is typed goes to the display as `draw LINE`; what comes is printed, at once. */

    fprintf(stderr, "window: not written yet (%s)\n", argv[2]);
    return 1;
}
