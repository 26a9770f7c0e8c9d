/*
 * room PORT - passes on to all guests what each of them says
 *
 * One process serves all: ppoll sleeps until a socket has something to read, or has room again for what is to be sent, or
 * SIGTERM comes. Two rules keep it from ever waiting for a single guest:
 *
 *   - it reads once from who has something, into a buffer that is his alone;
 *   - it never sends more than fits. What does not fit stays in the guest's own queue; who lets that grow too long is
 *     hung up on.
 *
 * As all is done by one process, a line is in all queues before the next one is looked at: all get the same order.
 *
 * A guest that has closed its sending half (end of file when we read) has left, but still listens.
 */
#define _GNU_SOURCE
#include "lines.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 64, QUEUE_MAX = 1 << 22 };

struct guest {
    int fd;
    char *name; /* NULL until it has told it */
    bool silent; /* has closed its sending half */
    bool dead;
    struct lines lines; /* what has come from it */
    char *queue; /* what is still to be sent to it */
    size_t queued;
};

static struct guest *guests;
static struct pollfd *polled; /* polled[0] is the listener's, polled[i + 1] that of guests[i] */
static size_t count;
static volatile sig_atomic_t closing;

static void on_term(int number)
{
    (void)number;
    closing = 1;
}

static void *grown(void *array, size_t size)
{
    array = realloc(array, size);
    if (array == NULL) {
        perror("room");
        exit(1);
    }
    return array;
}

/* Sends as much as fits. MSG_NOSIGNAL: a guest that has died is no reason for us to die of SIGPIPE. */
static void flush(struct guest *guest)
{
    ssize_t sent = send(guest->fd, guest->queue, guest->queued, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == -1) {
        guest->dead = guest->dead || (errno != EAGAIN && errno != EINTR);
        return;
    }
    guest->queued -= sent;
    memmove(guest->queue, guest->queue + sent, guest->queued);
}

static void enqueue(struct guest *guest, const char *text, size_t size)
{
    if (guest->queued + size > QUEUE_MAX) {
        guest->dead = true;
        return;
    }
    guest->queue = grown(guest->queue, guest->queued + size);
    memcpy(guest->queue + guest->queued, text, size);
    guest->queued += size;
    flush(guest);
}

/* Says a line of a guest's to all others who have told their names. */
static void say(const struct guest *speaker, const char *between, const char *text)
{
    char *line;
    int size = asprintf(&line, "%s%s%s\n", speaker->name, between, text);
    if (size == -1)
        return;
    for (size_t i = 0; i < count; i++)
        if (&guests[i] != speaker && guests[i].name != NULL && !guests[i].dead)
            enqueue(&guests[i], line, size);
    free(line);
}

/* Reads from a guest once. */
static void listen_to(struct guest *guest)
{
    bool more = lines_fill(&guest->lines, guest->fd);
    for (char *line; (line = lines_next(&guest->lines)) != NULL; free(line)) {
        if (guest->name != NULL) {
            say(guest, ": ", line);
        } else {
            guest->name = strdup(line);
            say(guest, " joined", "");
        }
    }
    if (more)
        return;
    guest->silent = true;
    if (guest->name != NULL)
        say(guest, " left", "");
    else
        guest->dead = true; /* nobody knew it */
}

/* Forgets the dead, who have said that they left, or are said to have, while others die of hearing it. */
static void bury(void)
{
    for (size_t i = 0; i < count;) {
        if (!guests[i].dead) {
            i++;
            continue;
        }
        struct guest gone = guests[i];
        guests[i] = guests[--count];
        if (gone.name != NULL && !gone.silent) {
            say(&gone, " left", "");
            i = 0;
        }
        close(gone.fd);
        free(gone.name);
        free(gone.queue);
        lines_free(&gone.lines);
    }
}

static void welcome(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd == -1)
        return;
    guests = grown(guests, (count + 1) * sizeof *guests);
    guests[count++] = (struct guest){.fd = fd};
}

static void run(int listener, const sigset_t *open_mask)
{
    while (!closing) {
        polled = grown(polled, (count + 1) * sizeof *polled);
        polled[0] = (struct pollfd){.fd = listener, .events = POLLIN};
        for (size_t i = 0; i < count; i++) {
            short events = (guests[i].silent ? 0 : POLLIN) | (guests[i].queued > 0 ? POLLOUT : 0);
            polled[i + 1] = (struct pollfd){.fd = guests[i].fd, .events = events};
        }
        size_t asked = count;
        if (ppoll(polled, asked + 1, NULL, open_mask) == -1)
            continue; /* EINTR: a signal has come */
        for (size_t i = 0; i < asked; i++) {
            short events = polled[i + 1].revents;
            if (events & POLLOUT)
                flush(&guests[i]);
            if (events & ~POLLOUT) {
                if (guests[i].silent)
                    guests[i].dead = true; /* it does not listen any more, either */
                else
                    listen_to(&guests[i]);
            }
        }
        bury();
        if (polled[0].revents != 0)
            welcome(listener);
    }
}

/* Returns a socket that listens at 127.0.0.1, or -1. SO_REUSEADDR: connections of an earlier room may still be dying
 * (TIME_WAIT, tcp(7)), and would keep the port for a minute. */
static int listen_at(in_port_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(*port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) == -1 ||
        bind(fd, (struct sockaddr *)&address, size) == -1 || listen(fd, BACKLOG) == -1 ||
        getsockname(fd, (struct sockaddr *)&address, &size) == -1)
        return -1;
    *port = ntohs(address.sin_port);
    return fd;
}

static bool parse_port(const char *text, in_port_t *port)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    *port = value;
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0 && value <= 65535;
}

int main(int argc, char **argv)
{
    in_port_t port;
    if (argc != 2 || !parse_port(argv[1], &port)) {
        fprintf(stderr, "usage: room PORT\n");
        return 2;
    }
    sigset_t term, before;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &before);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_term}, NULL);

    int listener = listen_at(&port);
    if (listener == -1) {
        perror("room");
        return 1;
    }
    printf("listening %u\n", port);
    fflush(stdout);
    run(listener, &before);

    for (size_t i = 0; i < count; i++) {
        guests[i].dead = true;
        guests[i].silent = true;
    }
    bury();
    free(guests);
    free(polled);
    return 0;
}
