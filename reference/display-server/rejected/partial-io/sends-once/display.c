/*
 * display SOCKET - prints what windows draw, and sends keys to the one that has the focus
 *
 * One process serves all: ppoll sleeps until any of the descriptors has something, or a signal comes. Whatever has
 * something is read once, and only then, so no window can make the others wait. Each window has a buffer of its own, for
 * a read may bring half a line or three.
 *
 * SIGTERM is blocked, but while ppoll sleeps: it cannot come between the look at `stopping` and the sleep.
 */
#define _GNU_SOURCE
#include "lines.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 64, STDIN = 0, LISTENER = 1, OWN = 2 }; /* OWN: how many descriptors of ppoll are not windows' */

struct window {
    char *name; /* NULL until it has told it */
    struct lines lines;
};

static struct window *windows; /* windows[i] is behind polled[OWN + i] */
static struct pollfd *polled;
static size_t count;
static char *focus;
static volatile sig_atomic_t stopping;

static void on_term(int number)
{
    (void)number;
    stopping = 1;
}

static void *grown(void *array, size_t size)
{
    array = realloc(array, size);
    if (array == NULL) {
        perror("display");
        exit(1);
    }
    return array;
}

/* Whether somebody listens at the address. A socket file outlives its process: that it is there says nothing. */
static bool live(const struct sockaddr_un *address)
{
    int probe = socket(AF_UNIX, SOCK_STREAM, 0);
    bool answered = probe != -1 && connect(probe, (const struct sockaddr *)address, sizeof *address) == 0;
    if (probe != -1)
        close(probe);
    return answered;
}

/* Returns a listening socket at path, in place of a stale one; -1 if that cannot be. To look and to replace are two
 * steps; a lock on the directory keeps another display from doing the same in between. */
static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    char copy[sizeof address.sun_path];
    int directory = open(dirname(strcpy(copy, path)), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory == -1 || flock(directory, LOCK_EX) == -1)
        return -1;

    int listener = -1;
    if (live(&address)) {
        errno = EADDRINUSE;
    } else {
        struct stat status;
        if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
            unlink(path);
        listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        mode_t before = umask(0177); /* bind has no mode: 0777 less the umask */
        if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1 || listen(listener, BACKLOG) == -1) {
            close(listener);
            listener = -1;
        }
        umask(before);
    }
    int reason = errno;
    close(directory); /* and the lock is gone */
    errno = reason;
    return listener;
}

static void add_window(int fd)
{
    windows = grown(windows, (count + 1) * sizeof *windows);
    polled = grown(polled, (OWN + count + 1) * sizeof *polled);
    windows[count] = (struct window){0};
    polled[OWN + count] = (struct pollfd){.fd = fd, .events = POLLIN};
    count++;
}

static void remove_window(size_t i)
{
    close(polled[OWN + i].fd);
    free(windows[i].name);
    lines_free(&windows[i].lines);
    count--;
    windows[i] = windows[count];
    polled[OWN + i] = polled[OWN + count];
}

static void take_line(struct window *window, const char *line)
{
    if (strncmp(line, "name ", 5) == 0) {
        free(window->name);
        window->name = strdup(line + 5);
    } else if (strncmp(line, "draw ", 5) == 0 && window->name != NULL) {
        printf("%s: %s\n", window->name, line + 5);
        fflush(stdout);
    } else {
        fprintf(stderr, "display: not understood: %s\n", line);
    }
}

/* Reads from a window once. It has left, or has died, at end of file or at an error. */
static void serve(size_t i)
{
    bool more = lines_fill(&windows[i].lines, polled[OWN + i].fd);
    for (char *line; (line = lines_next(&windows[i].lines)) != NULL; free(line))
        take_line(&windows[i], line);
    if (!more)
        remove_window(i);
}

/* Sends a key to the window that has the focus. MSG_NOSIGNAL: it may have died, which is no reason for us to die of
 * SIGPIPE. MSG_DONTWAIT: if it reads nothing, its buffer is full one day, and nobody is to wait for that. */
static void send_key(const char *key)
{
    for (size_t i = 0; focus != NULL && i < count; i++) {
        if (windows[i].name == NULL || strcmp(windows[i].name, focus) != 0)
            continue;
        char *line;
        int length = asprintf(&line, "key %s\n", key);
        if (length == -1)
            return;
        if (send(polled[OWN + i].fd, line, length, MSG_NOSIGNAL | MSG_DONTWAIT) != length)
            shutdown(polled[OWN + i].fd, SHUT_RDWR); /* ppoll will tell of its end */
        free(line);
        return;
    }
}

static void take_command(const char *line)
{
    if (strncmp(line, "focus ", 6) == 0) {
        free(focus);
        focus = strdup(line + 6);
    } else if (strncmp(line, "key ", 4) == 0) {
        send_key(line + 4);
    } else {
        fprintf(stderr, "display: not understood: %s\n", line);
    }
}

static void run(const sigset_t *open_mask)
{
    struct lines commands = {0};
    while (!stopping) {
        if (ppoll(polled, OWN + count, NULL, open_mask) == -1)
            continue; /* EINTR: a signal has come */
        for (size_t i = count; i-- > 0;) /* from the end: remove_window moves the last one to i */
            if (polled[OWN + i].revents != 0)
                serve(i);
        if (polled[STDIN].revents != 0) {
            if (!lines_fill(&commands, STDIN_FILENO))
                polled[STDIN].fd = -1; /* ppoll leaves it out; at end of file it would return at once, for ever */
            for (char *line; (line = lines_next(&commands)) != NULL; free(line))
                take_command(line);
        }
        if (polled[LISTENER].revents != 0) {
            int fd = accept4(polled[LISTENER].fd, NULL, NULL, SOCK_CLOEXEC);
            if (fd != -1)
                add_window(fd);
        }
    }
    lines_free(&commands);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: display SOCKET\n");
        return 2;
    }
    sigset_t term, before;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &before);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_term}, NULL);

    int listener = listen_at(argv[1]);
    if (listener == -1) {
        perror(argv[1]);
        return 1;
    }
    polled = grown(NULL, OWN * sizeof *polled);
    polled[STDIN] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    polled[LISTENER] = (struct pollfd){.fd = listener, .events = POLLIN};
    run(&before);

    unlink(argv[1]);
    while (count > 0)
        remove_window(count - 1);
    free(windows);
    free(polled);
    free(focus);
    return 0;
}
