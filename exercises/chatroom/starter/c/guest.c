/*
 * guest PORT NAME - says what is typed to the room at PORT, and prints what the others say
 *
 * Compile: gcc -std=gnu11 -Wall -Wextra -o guest guest.c
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: guest PORT NAME\n");
        return 2;
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    /* Step 1: connect, and send the name, as a line. */

    /* Step 2: wait for standard input and for the room, whichever has something. */

    /* Step 3: what is typed goes to the room, what comes is printed, at once. */

    /* Step 4: when the input ends, close one half of the connection, and listen until the room closes the other. */

    fprintf(stderr, "guest: not written yet (%s at port %d)\n", argv[2], ntohs(address.sin_port));
    return 1;
}
