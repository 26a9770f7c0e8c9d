/*
 * raw SOCKET - a window without manners: sends what it reads as it is, piece by piece, and prints what comes
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
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
        fprintf(stderr, "usage: raw SOCKET\n");
        return 2;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == -1) {
        perror(argv[1]);
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
