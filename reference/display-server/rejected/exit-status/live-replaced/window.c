#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int display;

static void tell(const char *word, const char *text)
{
    char line[8192];
    snprintf(line, sizeof line, "%s %s\n", word, text);
    size_t size = strlen(line);
    for (size_t done = 0; done < size;) {
        ssize_t sent = send(display, line + done, size - done, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        done += sent;
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: window SOCKET NAME\n");
        return 2;
    }
    struct sockaddr_un address = {AF_UNIX, ""};
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    display = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(display, (struct sockaddr *)&address, sizeof address) == -1) {
        perror(argv[1]);
        return 1;
    }
    tell("name", argv[2]);

    char typed[4096];
    size_t size = 0;
    struct pollfd polled[] = {{STDIN_FILENO, POLLIN, 0}, {display, POLLIN, 0}};
    while (poll(polled, 2, -1) > 0) {
        if (polled[1].revents) {
            char data[4096];
            ssize_t got = read(display, data, sizeof data);
            if (got <= 0)
                return 0;
            fwrite(data, 1, got, stdout);
            fflush(stdout);
        }
        if (polled[0].revents) {
            ssize_t got = read(STDIN_FILENO, typed + size, sizeof typed - size);
            if (got <= 0)
                return 0;
            size += got;
            for (char *end; (end = memchr(typed, '\n', size)) != NULL;) {
                *end = '\0';
                tell("draw", typed);
                size -= end + 1 - typed;
                memmove(typed, end + 1, size);
            }
        }
    }
    return 0;
}
