/* Wrong: the peer's FIFO is opened when there is something to send; who says nothing is not seen to leave. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* Bytes that have come and are not used up yet. */
struct text {
    char *bytes;
    size_t length;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void append(struct text *text, const char *bytes, size_t count)
{
    text->bytes = realloc(text->bytes, text->length + count);
    if (text->bytes == NULL)
        die("realloc");
    memcpy(text->bytes + text->length, bytes, count);
    text->length += count;
}

static void drop(struct text *text, size_t count)
{
    text->length -= count;
    memmove(text->bytes, text->bytes + count, text->length);
}

/*
 * Takes what there is to read, with one read(). At end of file it returns false, and completes a last line
 * that came without its newline.
 */
static bool fill(struct text *text, int fd)
{
    char piece[4096];
    ssize_t count = read(fd, piece, sizeof piece);
    if (count == -1 && errno != EIO) /* EIO: the terminal is gone, so nothing more will be typed */
        die("read");
    if (count > 0)
        append(text, piece, count);
    else if (text->length > 0 && text->bytes[text->length - 1] != '\n')
        append(text, "\n", 1);
    return count > 0;
}

/* The length of the first line with its newline; 0 if no line is complete. */
static size_t first_line(const struct text *text)
{
    const char *end = text->length > 0 ? memchr(text->bytes, '\n', text->length) : NULL;
    return end != NULL ? (size_t)(end - text->bytes) + 1 : 0;
}

static bool is_quit(const char *line, size_t length)
{
    return length == strlen("/quit\n") && memcmp(line, "/quit\n", length) == 0;
}

/* Prints a line in one write: stdio would hold it back when stdout is not a terminal. */
static void say(const char *peer, const char *between, const char *rest, size_t length)
{
    struct iovec parts[] = {
        {.iov_base = (void *)peer, .iov_len = strlen(peer)},
        {.iov_base = (void *)between, .iov_len = strlen(between)},
        {.iov_base = (void *)rest, .iov_len = length},
    };
    if (writev(STDOUT_FILENO, parts, 3) == -1)
        die("stdout");
}

static char *fifo_name(const char *person)
{
    char *name;
    if (asprintf(&name, "%s.fifo", person) == -1)
        die("asprintf");
    return name;
}

static void make_fifo(const char *name)
{
    if (mkfifo(name, 0600) == -1 && errno != EEXIST)
        die(name);
}

/*
 * Opens the peer's FIFO for writing without waiting for the peer. What we write before it comes stays in
 * the pipe, because O_RDWR makes us a reader as well; for the same reason write() can never fail with
 * SIGPIPE. A peer that leaves at this very moment removes its FIFO: then make it again, for the next one.
 */
static int open_outgoing(const char *name)
{
    for (;;) {
        make_fifo(name);
        int fd = open(name, O_RDWR | O_NONBLOCK);
        if (fd != -1)
            return fd;
        if (errno != ENOENT)
            die(name);
    }
}

static int open_incoming(const char *mine)
{
    make_fifo(mine);
    int fd = open(mine, O_RDONLY | O_NONBLOCK);
    if (fd == -1)
        die(mine);
    return fd;
}

/* Prints what has come from the peer; false when the peer has left. */
static bool hear(struct text *heard, int incoming, const char *peer)
{
    bool there = fill(heard, incoming);
    size_t length;
    while ((length = first_line(heard)) > 0) {
        say(peer, ": ", heard->bytes, length);
        drop(heard, length);
    }
    if (!there)
        say(peer, " left\n", "", 0);
    return there;
}

/* Talks until one of the two leaves. */
static void talk(int incoming, const char *theirs, const char *peer)
{
    struct text typed = {NULL, 0}, heard = {NULL, 0};
    size_t going = 0; /* so many bytes at the front of `typed` are on their way to the peer */
    bool more = true; /* stdin has not ended */
    int outgoing = -1;

    for (;;) {
        if (going == 0) {
            going = first_line(&typed);
            if (is_quit(typed.bytes, going) || (going == 0 && !more))
                return;
            if (going > 0 && outgoing == -1)
                outgoing = open_outgoing(theirs);
        }

        /* Always listen to the peer. Besides that, either get rid of a line or wait for the next one. */
        struct pollfd ready[] = {
            {.fd = incoming, .events = POLLIN},
            going > 0 ? (struct pollfd){.fd = outgoing, .events = POLLOUT}
                      : (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN},
        };
        if (poll(ready, 2, -1) == -1)
            die("poll");

        if (ready[0].revents != 0 && !hear(&heard, incoming, peer))
            return;
        if (ready[1].revents != 0 && going > 0) {
            ssize_t count = write(outgoing, typed.bytes, going); /* as much as there is room for */
            if (count == -1)
                die("write");
            drop(&typed, count);
            going -= count;
        } else if (ready[1].revents != 0) {
            more = fill(&typed, STDIN_FILENO);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: chat ME PEER\n");
        return 2;
    }
    char *mine = fifo_name(argv[1]), *theirs = fifo_name(argv[2]);
    make_fifo(theirs);

    talk(open_incoming(mine), theirs, argv[2]);

    /* First the name, then (by exiting) the descriptors: who has seen us leave finds no FIFO of ours. */
    if (unlink(mine) == -1)
        die(mine);
    return 0;
}
