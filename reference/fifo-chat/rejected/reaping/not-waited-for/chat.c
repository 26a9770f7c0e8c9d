/* Wrong: the second child is killed, but nobody waits for it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void provide(const char *fifo)
{
    if (mknod(fifo, S_IFIFO | 0600, 0) == -1 && errno != EEXIST)
        fail(fifo);
}

static void write_all(int fd, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t done = write(fd, bytes, count);
        if (done == -1)
            fail("write");
        bytes += done;
        count -= done;
    }
}

/* The child that prints what comes. Ends when the peer has left. */
static int listen_to(const char *peer, int incoming)
{
    /* Until the first writer has come, read() would return 0 as if he had left; poll() waits for him. */
    struct pollfd first = {.fd = incoming, .events = POLLIN};
    if (poll(&first, 1, -1) == -1)
        fail("poll");
    fcntl(incoming, F_SETFL, O_RDONLY); /* from now on a read sleeps */

    FILE *lines = fdopen(incoming, "r");
    char *line = NULL, *text;
    size_t size = 0;
    while (getline(&line, &size, lines) != -1) {
        int length = asprintf(&text, "%s: %s%s", peer, line, strchr(line, '\n') ? "" : "\n");
        if (length == -1)
            fail("asprintf");
        write_all(STDOUT_FILENO, text, length);
        free(text);
    }
    if (asprintf(&text, "%s left\n", peer) == -1)
        fail("asprintf");
    write_all(STDOUT_FILENO, text, strlen(text));
    return 0;
}

/* The child that sends what is typed. Ends at /quit or end of input. */
static int talk_to(int outgoing)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    while ((length = getline(&line, &size, stdin)) != -1 && strcmp(line, "/quit\n") != 0
           && strcmp(line, "/quit") != 0) {
        write_all(outgoing, line, length);
        if (line[length - 1] != '\n')
            write_all(outgoing, "\n", 1);
    }
    return 0;
}

int main(int argc, char *argv[])
{
    char mine[4096], theirs[4096];
    if (argc != 3) {
        fputs("usage: chat ME PEER\n", stderr);
        return 2;
    }
    snprintf(mine, sizeof mine, "%s.fifo", argv[1]);
    snprintf(theirs, sizeof theirs, "%s.fifo", argv[2]);

    provide(mine);
    int incoming = open(mine, O_RDONLY | O_NONBLOCK);
    if (incoming == -1)
        fail(mine);
    int outgoing;
    do {
        provide(theirs);
        outgoing = open(theirs, O_RDWR); /* Linux: never sleeps, so the talker hears /quit while alone */
    } while (outgoing == -1 && errno == ENOENT);
    if (outgoing == -1)
        fail(theirs);

    pid_t listener = fork();
    if (listener == 0) {
        close(outgoing);
        _exit(listen_to(argv[2], incoming));
    }
    pid_t talker = fork();
    if (talker == 0) {
        close(incoming);
        _exit(talk_to(outgoing));
    }
    if (listener == -1 || talker == -1)
        fail("fork");

    int status;
    pid_t first = wait(&status);
    kill(first == listener ? talker : listener, SIGKILL);
    unlink(mine);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
