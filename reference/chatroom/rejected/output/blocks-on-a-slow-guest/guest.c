#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: guest PORT NAME\n");
        return 2;
    }
    struct sockaddr_in address = {AF_INET, htons(atoi(argv[1])), {htonl(INADDR_LOOPBACK)}, {0}};
    int room = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(room, (struct sockaddr *)&address, sizeof address) == -1) {
        perror("guest");
        return 1;
    }
    dprintf(room, "%s\n", argv[2]);

    struct pollfd polled[] = {{STDIN_FILENO, POLLIN, 0}, {room, POLLIN, 0}};
    while (poll(polled, 2, -1) > 0) {
        char data[4096];
        if (polled[1].revents) {
            ssize_t got = read(room, data, sizeof data);
            if (got <= 0)
                return 0;
            fwrite(data, 1, got, stdout);
            fflush(stdout);
        }
        if (polled[0].revents) {
            ssize_t got = read(STDIN_FILENO, data, sizeof data);
            if (got > 0) {
                send(room, data, got, MSG_NOSIGNAL);
            } else {
                shutdown(room, SHUT_WR);
                polled[0].fd = -1;
            }
        }
    }
    return 0;
}
