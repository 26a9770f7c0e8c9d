/* Wrong: a COUNT of 0 is taken for no request, and not answered. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *fifo;

static void on_term(int number)
{
    (void)number;
    unlink(fifo);
    _exit(0);
}

static void answer(long pid, long number)
{
    char path[PATH_MAX], line[32];
    snprintf(path, sizeof path, "%s.%ld", fifo, pid);
    int fd = open(path, O_WRONLY | O_NONBLOCK);
    if (fd == -1) {
        fprintf(stderr, "server: %s: %s\n", path, strerror(errno));
        return;
    }
    int size = sprintf(line, "%ld\n", number);
    if (write(fd, line, size) != size)
        fprintf(stderr, "server: %s: %s\n", path, strerror(errno));
    close(fd);
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: server FIFO\n");
        return 2;
    }
    fifo = argv[1];
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, on_term);
    if (mkfifo(fifo, 0600) == -1) {
        perror(fifo);
        return 1;
    }

    FILE *requests = fdopen(open(fifo, O_RDWR), "r");
    if (requests == NULL) {
        perror(fifo);
        unlink(fifo);
        return 1;
    }
    char *line = NULL;
    size_t room = 0;
    long next = 0;
    while (getline(&line, &room, requests) != -1) {
        long pid, count;
        char more;
        if (sscanf(line, "%ld %ld%c", &pid, &count, &more) != 3 || more != '\n' || pid <= 0 || count <= 0) {
            fprintf(stderr, "server: not understood: %s", line);
            continue;
        }
        answer(pid, next);
        next += count;
    }
    perror("server");
    unlink(fifo);
    return 1;
}
