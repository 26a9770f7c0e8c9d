/*
 * logger SOCKET TEXT - send TEXT to the logd at SOCKET
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: logger SOCKET TEXT\n");
        return 2;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(argv[1]) >= sizeof address.sun_path) {
        fprintf(stderr, "logger: %s: the name is too long for a socket\n", argv[1]);
        return EXIT_FAILURE;
    }
    strcpy(address.sun_path, argv[1]);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd == -1) {
        perror("logger: socket");
        return EXIT_FAILURE;
    }

    /* We need no name of our own, since nobody answers. One call is one message, newlines and all, be it of 0 bytes. It waits
     * while too many are queued. ENOENT: there is no socket; ECONNREFUSED: there is one, and nobody who has it open. */
    ssize_t sent;
    do {
        sent = sendto(fd, argv[2], strlen(argv[2]), 0, (struct sockaddr *)&address, sizeof address);
    } while (sent == -1 && errno == EINTR);
    if (sent == -1) {
        fprintf(stderr, "logger: %s: %s\n", argv[1], strerror(errno));
        return EXIT_FAILURE;
    }
    close(fd);
    return EXIT_SUCCESS;
}
