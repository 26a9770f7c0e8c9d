/* Everything in threads: one waits for SIGTERM, several take requests, each answers what it took and may have to wait for
 * the client. A thread that is stuck with somebody who has gone leaves the others; it is replaced beforehand. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire.h"

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER; /* guards reading a line, and `next` */
static const char *fifo;
static int requests;
static long next;

static void *serve(void *unused)
{
    (void)unused;
    for (;;) {
        char line[128];
        long pid, count, number = 0;
        int used = -1;
        pthread_mutex_lock(&turn);
        if (read_line(requests, line, sizeof line) <= 0)
            line[0] = '\0';
        sscanf(line, "%ld %ld\n%n", &pid, &count, &used);
        if (used == (int)strlen(line) && used > 0 && pid > 0 && count >= 0) {
            number = next;
            next += count;
        } else {
            used = -1;
        }
        pthread_mutex_unlock(&turn);
        if (used == -1) {
            fprintf(stderr, "server: bad request\n");
            continue;
        }

        pthread_t other;
        if (pthread_create(&other, NULL, serve, NULL) == 0)
            pthread_detach(other);
        char *path = reply_path(fifo, pid);
        int fd = path == NULL ? -1 : open(path, O_WRONLY);
        if (fd == -1 || dprintf(fd, "%ld\n", number) < 0)
            fprintf(stderr, "server: client %ld: %s\n", pid, strerror(errno));
        if (fd != -1)
            close(fd);
        free(path);
        return NULL;
    }
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: server FIFO\n");
        return 2;
    }
    fifo = argv[1];
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    sigdelset(&set, SIGPIPE);

    if (mkfifo(fifo, 0600) == -1 || (requests = open(fifo, O_RDWR)) == -1) {
        perror(fifo);
        return 1;
    }
    pthread_t first;
    if (pthread_create(&first, NULL, serve, NULL) != 0)
        return 1;
    int number;
    sigwait(&set, &number);
    unlink(fifo);
    return 0;
}
