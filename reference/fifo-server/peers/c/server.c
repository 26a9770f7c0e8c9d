/*
 * server FIFO - hand out numbers to clients
 *
 * A request is a line `PID COUNT`; the answer, a line with the first of COUNT numbers, goes into FIFO.PID. The server
 * does nothing but wait for three things that others decide: that a request comes, that a client opens its FIFO, that
 * somebody says SIGTERM. It must not wait for one of them where another one would find it deaf.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "request.h"

static const char *fifo; /* its name; set before the first thread exists, and never changed */

struct answer {
    long pid;
    long long number;
};

/*
 * A thread for each answer. open() waits for a reader, and a client that vanished never opens its FIFO: that may cost
 * this thread its whole life, but nobody else's time. (With O_NONBLOCK no thread is needed. Then ENXIO can also mean
 * "not yet", and the server is right only with clients that open their FIFO before they send.)
 */
static void *deliver(void *argument)
{
    struct answer answer = *(struct answer *)argument;
    free(argument);
    char path[PATH_MAX], line[32];
    snprintf(path, sizeof path, "%s.%ld", fifo, answer.pid);
    int length = snprintf(line, sizeof line, "%lld\n", answer.number);

    int client = open(path, O_WRONLY | O_CLOEXEC);
    /* The reader can vanish after the open, too: then write fails with EPIPE, since SIGPIPE is ignored. */
    if (client == -1 || write(client, line, length) != length)
        fprintf(stderr, "server: no answer to %ld: %s\n", answer.pid, strerror(errno));
    if (client != -1)
        close(client);
    return NULL;
}

/* Hand out numbers for one request. Only the main thread does so: the count needs no lock. */
static void serve(const char *line)
{
    static long long next;
    struct answer *answer = malloc(sizeof *answer);
    long count;
    if (answer == NULL || !parse_request(line, &answer->pid, &count)) {
        fprintf(stderr, "server: this is no request: %s\n", line);
        free(answer);
        return;
    }
    answer->number = next;
    next += count;

    pthread_t thread;
    int error = pthread_create(&thread, NULL, deliver, answer);
    if (error != 0) {
        fprintf(stderr, "server: pthread_create: %s\n", strerror(error));
        free(answer);
        return;
    }
    pthread_detach(thread);
}

/*
 * Read what is there. Each request is one write of less than PIPE_BUF bytes, so it lies in the FIFO in one piece. But
 * one read takes as much as fits: several requests, and the beginning of one more.
 */
static void take_requests(int requests)
{
    static char buffer[PIPE_BUF];
    static size_t used;
    ssize_t size = read(requests, buffer + used, sizeof buffer - 1 - used);
    if (size == -1) {
        if (errno != EINTR && errno != EAGAIN)
            perror("server: read");
        return;
    }
    used += size;
    buffer[used] = '\0';

    char *line = buffer, *end;
    while ((end = memchr(line, '\n', buffer + used - line)) != NULL) {
        *end = '\0';
        serve(line);
        line = end + 1;
    }
    used -= line - buffer;
    memmove(buffer, line, used);
    if (used == sizeof buffer - 1) {
        fprintf(stderr, "server: a line without an end\n");
        used = 0;
    }
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: server FIFO\n");
        return 2;
    }
    fifo = argv[1];
    signal(SIGPIPE, SIG_IGN);

    /* From here on SIGTERM waits in the kernel, in all threads, until it is read from a descriptor. There is no handler,
     * and so no moment between a look at a flag and the sleep in which it could be lost. */
    sigset_t terminate;
    sigemptyset(&terminate);
    sigaddset(&terminate, SIGTERM);
    sigprocmask(SIG_BLOCK, &terminate, NULL);
    int signals = signalfd(-1, &terminate, SFD_CLOEXEC);

    if (mkfifo(fifo, 0600) == -1 && errno != EEXIST) {
        perror(fifo);
        return EXIT_FAILURE;
    }
    /* O_NONBLOCK: the open does not wait for the first client. And we write to it, too, though never a byte: as long as
     * there is one writer there is no end of file. Else each read would give 0 at once when the last client has left,
     * and poll would say so again and again. */
    int requests = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int writer = requests == -1 ? -1 : open(fifo, O_WRONLY | O_CLOEXEC);
    if (signals == -1 || writer == -1) {
        perror(fifo);
        unlink(fifo);
        return EXIT_FAILURE;
    }

    struct pollfd waited[] = {{.fd = requests, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    while (waited[1].revents == 0) {
        if (poll(waited, 2, -1) == -1 && errno != EINTR) {
            perror("server: poll");
            break;
        }
        if (waited[0].revents != 0)
            take_requests(requests);
    }
    unlink(fifo);
    return EXIT_SUCCESS; /* and with main end the threads that still wait for somebody who is gone */
}
