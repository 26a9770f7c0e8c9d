/* Wrong: ends when nobody types any more. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct client {
    int fd;
    struct client *next;
    char *name, *line;
    size_t used;
};

static struct client *clients, keyboard = {.fd = STDIN_FILENO};
static int events;
static char *focus;

static void watch(int fd, void *tag)
{
    epoll_ctl(events, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = tag});
}

static void on_window_line(struct client *from, const char *line)
{
    if (!strncmp(line, "name ", 5)) {
        free(from->name);
        from->name = strdup(line + 5);
    } else if (!strncmp(line, "draw ", 5)) {
        printf("%s: %s\n", from->name ? from->name : "?", line + 5);
    }
}

static void on_command(struct client *from, const char *line)
{
    (void)from;
    if (!strncmp(line, "focus ", 6)) {
        free(focus);
        focus = strdup(line + 6);
    } else if (!strncmp(line, "key ", 4) && focus) {
        for (struct client *c = clients; c; c = c->next) {
            if (c->name && !strcmp(c->name, focus)) {
                struct iovec parts[] = {{(void *)line, strlen(line)}, {"\n", 1}};
                sendmsg(c->fd, &(struct msghdr){.msg_iov = parts, .msg_iovlen = 2}, MSG_NOSIGNAL | MSG_DONTWAIT);
                break;
            }
        }
    }
}

/* Takes what has come character by character. False at the end. */
static int feed(struct client *from, void (*use)(struct client *, const char *))
{
    char data[1024];
    ssize_t count = read(from->fd, data, sizeof data);
    if (count <= 0)
        return 0;
    for (ssize_t i = 0; i < count; i++) {
        from->line = realloc(from->line, from->used + 1);
        if (!from->line)
            exit(1);
        from->line[from->used++] = data[i] == '\n' ? '\0' : data[i];
        if (data[i] == '\n') {
            use(from, from->line);
            from->used = 0;
        }
    }
    return 1;
}

static void drop(struct client *gone)
{
    struct client **link = &clients;
    while (*link != gone)
        link = &(*link)->next;
    *link = gone->next;
    close(gone->fd);
    free(gone->name);
    free(gone->line);
    free(gone);
}

static int open_screen(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof name.sun_path)
        return -1;
    strcpy(name.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    umask(0177);
    if (bind(fd, (void *)&name, sizeof name) == -1) {
        if (errno != EADDRINUSE)
            return -1;
        int other = socket(AF_UNIX, SOCK_STREAM, 0);
        if (connect(other, (void *)&name, sizeof name) == 0) {
            fprintf(stderr, "display: %s: there is a display\n", path);
            exit(1);
        }
        close(other);
        unlink(path);
        if (bind(fd, (void *)&name, sizeof name) == -1)
            return -1;
    }
    return listen(fd, SOMAXCONN) == -1 ? -1 : fd;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return fputs("usage: display SOCKET\n", stderr), 2;
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    events = epoll_create1(0);
    int stop = signalfd(-1, &term, 0), screen = open_screen(argv[1]);
    if (screen == -1 || stop == -1)
        return perror(argv[1]), 1;
    watch(stop, &stop);
    watch(screen, &screen);
    watch(STDIN_FILENO, &keyboard);
    for (;;) {
        struct epoll_event event;
        if (epoll_wait(events, &event, 1, -1) != 1)
            continue;
        void *tag = event.data.ptr;
        if (tag == &stop)
            break;
        if (tag == &keyboard) {
            if (!feed(&keyboard, on_command))
                break;
        } else if (tag == &screen) {
            int fd = accept(screen, NULL, NULL);
            if (fd == -1)
                continue;
            struct client *new = calloc(1, sizeof *new);
            if (!new)
                return 1;
            *new = (struct client){.fd = fd, .next = clients};
            clients = new;
            watch(fd, new);
        } else if (!feed(tag, on_window_line)) {
            drop(tag);
        }
    }
    unlink(argv[1]);
    return 0;
}
