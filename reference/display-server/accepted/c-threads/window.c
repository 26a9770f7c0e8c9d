/* A thread prints what comes from the display; the main thread sends what is typed. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void *print(void *argument)
{
    char data[512];
    ssize_t count;
    while ((count = recv(*(int *)argument, data, sizeof data, 0)) > 0)
        if (write(STDOUT_FILENO, data, count) != count)
            break;
    exit(0);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: window SOCKET NAME\n");
        return 2;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    static int fd;
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == -1) {
        perror(argv[1]);
        return 1;
    }
    dprintf(fd, "name %s\n", argv[2]);
    pthread_t thread;
    if (pthread_create(&thread, NULL, print, &fd) != 0)
        return 1;
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0)
        dprintf(fd, "draw %s", line);
    return 0;
}
