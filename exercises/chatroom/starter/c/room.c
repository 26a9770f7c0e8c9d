/*
 * room PORT - passes on to all guests what each of them says
 *
 * Compile: gcc -std=gnu11 -Wall -Wextra -o room room.c
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static bool parse_port(const char *text, in_port_t *port)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    *port = value;
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0 && value <= 65535;
}

int main(int argc, char **argv)
{
    in_port_t port;
    if (argc != 2 || !parse_port(argv[1], &port)) {
        fprintf(stderr, "usage: room PORT\n");
        return 2;
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    /* Step 1: a socket that listens at the address; print `listening PORT`. Which option must be set before bind, so that
     *         the port can be bound again when this room has closed? */

    /* Step 2: wait for the listening socket and for all guests, in one call. */

    /* Step 3: a read brings some bytes. Keep them, for each guest by itself, and take whole lines out; the first is the name. */

    /* Step 4: send to all others. What if it does not fit, because a guest does not read? What if it has died? */

    /* Step 5: end of file: it has left, but does it still listen? And SIGTERM, at any time. */

    fprintf(stderr, "room: not written yet (port %d)\n", ntohs(address.sin_port));
    return 1;
}
