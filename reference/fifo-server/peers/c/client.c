/*
 * client FIFO COUNT - ask the server at FIFO for COUNT numbers, and print the first of them
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "request.h"

static int complain(const char *what)
{
    fprintf(stderr, "client: %s: %s\n", what, strerror(errno));
    return EXIT_FAILURE;
}

/* Send the request in one write: up to PIPE_BUF bytes lie in a FIFO in one piece, however many clients write to it at
 * the same time. Two writes could have another client's request between them. */
static int send_request(const char *fifo, long count)
{
    char request[64];
    int length = snprintf(request, sizeof request, "%ld %ld\n", (long)getpid(), count);
    int server = open(fifo, O_WRONLY | O_CLOEXEC);
    if (server == -1)
        return complain(fifo);
    if (write(server, request, length) != length) /* EPIPE: the server has just gone */
        return complain("write");
    close(server);
    return EXIT_SUCCESS;
}

/* Wait for the answer, a line, and print it. */
static int print_answer(int answers)
{
    char line[64];
    size_t used = 0;
    while (used == 0 || line[used - 1] != '\n') {
        /* read would not wait: as long as the server has not opened the FIFO, there is no writer, which to read means
         * end of file. To poll it does not, before there has been one. */
        struct pollfd waited = {.fd = answers, .events = POLLIN};
        if (poll(&waited, 1, -1) == -1) {
            if (errno == EINTR)
                continue;
            return complain("poll");
        }
        ssize_t size = read(answers, line + used, sizeof line - used);
        if (size == -1 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (size <= 0 || (used += size) == sizeof line) {
            fprintf(stderr, "client: the answer is none\n");
            return EXIT_FAILURE;
        }
    }
    fwrite(line, 1, used, stdout);
    return fflush(stdout) == EOF ? complain("stdout") : EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
    long count;
    if (argc != 3 || parse_number(argv[2], '\0', &count) == NULL) {
        fprintf(stderr, "usage: client FIFO COUNT\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN); /* else it would end us before we can tidy up */

    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s.%ld", argv[1], (long)getpid());
    unlink(path); /* that of somebody who had our pid before us, and was killed */
    if (mkfifo(path, 0600) == -1)
        return complain(path);

    /* First open the own FIFO, then send: a server that is quick finds a reader there. O_NONBLOCK: now, without waiting
     * for the server to open its side. */
    int answers = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int status = answers == -1 ? complain(path) : send_request(argv[1], count);
    if (status == EXIT_SUCCESS)
        status = print_answer(answers);
    unlink(path);
    return status;
}
