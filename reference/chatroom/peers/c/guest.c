/*
 * guest PORT NAME - says what is typed to the room at PORT, and prints what the others say
 *
 * A connection has two halves. At end of input only the sending half is closed (shutdown): the room reads end of file, and
 * what it has to say still comes. The conversation is over when the room closes its half.
 */
#include "lines.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static int connect_to(in_port_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd != -1 && connect(fd, (struct sockaddr *)&address, sizeof address) == -1) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Sends a line, all of it: send may take less than it is given. */
static bool say(int room, const char *text)
{
    size_t size = strlen(text) + 2, done = 0;
    char *line = malloc(size);
    if (line == NULL)
        return false;
    size = snprintf(line, size, "%s\n", text);
    while (done < size) {
        ssize_t sent = send(room, line + done, size - done, MSG_NOSIGNAL);
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent == -1)
            break;
        done += sent;
    }
    free(line);
    return done == size;
}

static void print_lines(struct lines *lines)
{
    for (char *line; (line = lines_next(lines)) != NULL; free(line)) {
        puts(line);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    in_port_t port;
    if (argc != 3 || !parse_port(argv[1], &port)) {
        fprintf(stderr, "usage: guest PORT NAME\n");
        return 2;
    }
    int room = connect_to(port);
    if (room == -1 || !say(room, argv[2])) {
        perror("guest");
        return 1;
    }
    struct lines typed = {0}, heard = {0};
    struct pollfd polled[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = room, .events = POLLIN}};
    for (;;) {
        if (poll(polled, 2, -1) == -1)
            continue;
        if (polled[1].revents != 0) {
            bool more = lines_fill(&heard, room);
            print_lines(&heard);
            if (!more)
                return 0; /* the room has closed */
        }
        if (polled[0].revents != 0) {
            bool more = lines_fill(&typed, STDIN_FILENO);
            for (char *line; (line = lines_next(&typed)) != NULL; free(line))
                if (!say(room, line))
                    break; /* it has closed; what it said before is still to be read */
            if (!more) {
                polled[0].fd = -1;
                shutdown(room, SHUT_WR);
            }
        }
    }
}
