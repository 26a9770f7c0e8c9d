/* Wrong: wakes up ten times a second to look whether it is to end. */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { WINDOWS = 32, TEXT = 4096 };

struct source {
    int fd;
    char name[256], text[TEXT];
    size_t size;
};

static struct source windows[WINDOWS], commands;
static int listener;
static char focus[256];
static volatile sig_atomic_t stopping;

static void on_term(int number)
{
    (void)number;
    stopping = 1;
}

static void from_window(struct source *window, char *line)
{
    if (strncmp(line, "name ", 5) == 0) {
        snprintf(window->name, sizeof window->name, "%s", line + 5);
    } else if (strncmp(line, "draw ", 5) == 0) {
        printf("%s: %s\n", window->name, line + 5);
        fflush(stdout);
    }
}

static void from_stdin(struct source *source, char *line)
{
    (void)source;
    if (strncmp(line, "focus ", 6) == 0)
        snprintf(focus, sizeof focus, "%s", line + 6);
    for (int i = 0; strncmp(line, "key ", 4) == 0 && i < WINDOWS; i++) {
        if (windows[i].fd != -1 && strcmp(windows[i].name, focus) == 0) {
            strcat(line, "\n");
            send(windows[i].fd, line, strlen(line), MSG_NOSIGNAL);
            return;
        }
    }
}

static int take(struct source *source, void (*use)(struct source *, char *))
{
    ssize_t got = read(source->fd, source->text + source->size, sizeof source->text - source->size);
    if (got <= 0)
        return 0;
    source->size += got;
    for (char *end; (end = memchr(source->text, '\n', source->size)) != NULL;) {
        char line[TEXT + 2];
        *end = '\0';
        strcpy(line, source->text);
        use(source, line);
        source->size -= end + 1 - source->text;
        memmove(source->text, end + 1, source->size);
    }
    return 1;
}

static void welcome(void)
{
    int fd = accept(listener, NULL, NULL);
    for (int i = 0; i < WINDOWS; i++) {
        if (windows[i].fd == -1) {
            windows[i] = (struct source){.fd = fd};
            return;
        }
    }
    close(fd);
}

static int live(struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int found = connect(fd, (struct sockaddr *)address, sizeof *address) == 0;
    close(fd);
    return found;
}

static void serve(sigset_t *open)
{
    while (!stopping) {
        struct pollfd polled[WINDOWS + 2] = {{commands.fd, POLLIN, 0}, {listener, POLLIN, 0}};
        for (int i = 0; i < WINDOWS; i++)
            polled[i + 2] = (struct pollfd){windows[i].fd, POLLIN, 0};
        if (ppoll(polled, WINDOWS + 2, &(struct timespec){0, 100000000}, open) == -1)
            continue;
        if (polled[0].revents && !take(&commands, from_stdin))
            commands.fd = -1;
        for (int i = 0; i < WINDOWS; i++) {
            if (polled[i + 2].revents && !take(&windows[i], from_window)) {
                close(windows[i].fd);
                windows[i].fd = -1;
            }
        }
        if (polled[1].revents)
            welcome();
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: display SOCKET\n");
        return 2;
    }
    sigset_t term, open;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &open);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_term}, NULL);
    for (int i = 0; i < WINDOWS; i++)
        windows[i].fd = -1;

    struct sockaddr_un address = {AF_UNIX, ""};
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    if (live(&address)) {
        fprintf(stderr, "display: %s is in use\n", argv[1]);
        return 1;
    }
    unlink(argv[1]);
    umask(0177);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1 || listen(listener, 16) == -1) {
        perror(argv[1]);
        return 1;
    }
    serve(&open);
    unlink(argv[1]);
    return 0;
}
