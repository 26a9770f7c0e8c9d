/* Wrong: send is called once for a line, and may have taken only some of it. */
#include "lines.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd != -1 && connect(fd, (struct sockaddr *)&address, sizeof address) == -1) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Sends `WORD TEXT` and a newline. */
static bool tell(int fd, const char *word, const char *text)
{
    size_t size = strlen(word) + strlen(text) + 3;
    char *line = malloc(size);
    if (line == NULL)
        return false;
    size = snprintf(line, size, "%s %s\n", word, text);
    ssize_t sent = send(fd, line, size, MSG_NOSIGNAL);
    free(line);
    return sent != -1;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: window SOCKET NAME\n");
        return 2;
    }
    int display = connect_to(argv[1]);
    if (display == -1 || !tell(display, "name", argv[2])) {
        perror(argv[1]);
        return 1;
    }
    struct lines typed = {0}, received = {0};
    struct pollfd polled[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = display, .events = POLLIN}};
    for (;;) {
        if (poll(polled, 2, -1) == -1)
            continue;
        if (polled[1].revents != 0) {
            bool more = lines_fill(&received, display);
            for (char *line; (line = lines_next(&received)) != NULL; free(line)) {
                puts(line);
                fflush(stdout);
            }
            if (!more)
                return 0; /* the display has gone */
        }
        if (polled[0].revents != 0) {
            bool more = lines_fill(&typed, STDIN_FILENO);
            for (char *line; (line = lines_next(&typed)) != NULL; free(line))
                if (!tell(display, "draw", line))
                    return 1;
            if (!more)
                return 0;
        }
    }
}
