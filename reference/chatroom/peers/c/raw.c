/*
 * raw PORT - a guest without manners: sends what it reads as it is, piece by piece, and prints what comes
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int copy(int from, int to)
{
    char data[4096];
    ssize_t count = read(from, data, sizeof data);
    return count > 0 && write(to, data, count) == count;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: raw PORT\n");
        return 2;
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == -1) {
        perror("raw");
        return 1;
    }
    struct pollfd polled[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    for (;;) {
        if (poll(polled, 2, -1) == -1)
            return 1;
        if ((polled[0].revents != 0 && !copy(STDIN_FILENO, fd)) || (polled[1].revents != 0 && !copy(fd, STDOUT_FILENO)))
            return 0;
    }
}
