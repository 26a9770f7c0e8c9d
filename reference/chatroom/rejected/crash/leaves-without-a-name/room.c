/* Wrong: a guest that goes before it has told its name is said to leave, by a name that is not there. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

struct guest {
    struct guest *next;
    int fd, speaks;
    char *name, *line;
    size_t used;
};

static struct guest *all;
static int epoll;

static void tell_others(const struct guest *who, const char *what, const char *more)
{
    char *text = malloc(strlen(who->name) + strlen(what) + strlen(more) + 2);
    if (!text)
        exit(1);
    ssize_t size = sprintf(text, "%s%s%s\n", who->name, what, more);
    for (struct guest *other = all; other; other = other->next)
        if (other != who && other->name && send(other->fd, text, size, MSG_NOSIGNAL | MSG_DONTWAIT) != size)
            shutdown(other->fd, SHUT_RDWR);
    free(text);
}

static void take(struct guest *guest, char byte)
{
    guest->line = realloc(guest->line, guest->used + 1);
    if (!guest->line)
        exit(1);
    guest->line[guest->used++] = byte == '\n' ? '\0' : byte;
    if (byte != '\n')
        return;
    guest->used = 0;
    if (guest->name) {
        tell_others(guest, ": ", guest->line);
    } else {
        guest->name = strdup(guest->line);
        tell_others(guest, " joined", "");
    }
}

static void forget(struct guest *guest)
{
    struct guest **link = &all;
    while (*link != guest)
        link = &(*link)->next;
    *link = guest->next;
    close(guest->fd);
    free(guest->name);
    free(guest->line);
    free(guest);
}

static void on_guest(struct guest *guest, unsigned events)
{
    char data[2048];
    ssize_t count = guest->speaks ? read(guest->fd, data, sizeof data) : 0;
    for (ssize_t i = 0; i < count; i++)
        take(guest, data[i]);
    if (count > 0)
        return;
    if (guest->speaks)
        tell_others(guest, " left", "");
    guest->speaks = 0;
    if (events & (EPOLLHUP | EPOLLERR) || !guest->name)
        forget(guest);
    else /* it still listens: only its end is of interest now, which is always told */
        epoll_ctl(epoll, EPOLL_CTL_MOD, guest->fd, &(struct epoll_event){.events = 0, .data.ptr = guest});
}

static int open_room(int port)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof here;
    int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP), yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&here, length) || listen(fd, SOMAXCONN) ||
        getsockname(fd, (struct sockaddr *)&here, &length)) {
        perror("room");
        exit(1);
    }
    printf("listening %d\n", ntohs(here.sin_port));
    fflush(stdout);
    return fd;
}

static void watch(int fd, void *tag)
{
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = tag});
}

int main(int argc, char **argv)
{
    char *end;
    long port = argc == 2 ? strtol(argv[1], &end, 10) : -1;
    if (port < 0 || port > 65535 || end == argv[1] || *end) {
        fputs("usage: room PORT\n", stderr);
        return 2;
    }
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    epoll = epoll_create1(0);
    int stop = signalfd(-1, &term, 0), door = open_room(port);
    watch(stop, &stop);
    watch(door, &door);
    for (;;) {
        struct epoll_event event;
        if (epoll_wait(epoll, &event, 1, -1) != 1)
            continue;
        if (event.data.ptr == &stop)
            return 0;
        if (event.data.ptr != &door) {
            on_guest(event.data.ptr, event.events);
            continue;
        }
        struct guest *guest = calloc(1, sizeof *guest);
        if (!guest)
            return 1;
        *guest = (struct guest){.next = all, .fd = accept(door, NULL, NULL), .speaks = 1};
        all = guest;
        watch(guest->fd, guest);
    }
}
