/* Accepted: a child takes the jobs and passes them to its parent, who prints them, through a pipe; --drain
 * receives with a deadline that has passed, as long as that gives something. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "queue.h"

/* One line of a job into `line`; its length, or -1. */
static int next_line(mqd_t queue, char *line, size_t room, const struct timespec *deadline)
{
    char message[MESSAGE_SIZE + 1];
    unsigned int priority;
    ssize_t n;
    do {
        n = deadline ? mq_timedreceive(queue, message, MESSAGE_SIZE, &priority, deadline)
                     : mq_receive(queue, message, MESSAGE_SIZE, &priority);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return -1;
    message[n] = '\0';
    return snprintf(line, room, "%u %s\n", priority, message);
}

static int work(const char *name, long count)
{
    mqd_t queue = queue_open(name, O_RDONLY);
    int channel[2];
    if (pipe(channel) != 0) {
        perror("pipe");
        return 1;
    }
    pid_t taker = fork();
    if (taker < 0) {
        perror("fork");
        return 1;
    }
    char line[MESSAGE_SIZE + 32];
    if (taker == 0) {
        close(channel[0]);
        while (count-- > 0) {
            int n = next_line(queue, line, sizeof line, NULL);
            if (n < 0 || write(channel[1], line, n) != n) /* less than PIPE_BUF: all or nothing */
                _exit(1);
        }
        _exit(0);
    }
    close(channel[1]);
    FILE *lines = fdopen(channel[0], "r");
    while (fgets(line, sizeof line, lines) != NULL) {
        fputs(line, stdout);
        fflush(stdout);
    }
    int status;
    while (waitpid(taker, &status, 0) < 0 && errno == EINTR)
        ;
    return status == 0 ? 0 : 1;
}

static int drain(const char *name)
{
    mqd_t queue = queue_open(name, O_RDONLY);
    char line[MESSAGE_SIZE + 32];
    const struct timespec past = {.tv_sec = 1};
    int n;
    mq_unlink(name);
    while ((n = next_line(queue, line, sizeof line, &past)) >= 0)
        if (write(STDOUT_FILENO, line, n) != n)
            return 1;
    return errno == ETIMEDOUT ? 0 : 1;
}

int main(int argc, char *argv[])
{
    if (argc == 3 && strcmp(argv[1], "--drain") == 0)
        return drain(argv[2]);
    if (argc == 3 && to_number(argv[2]) >= 0)
        return work(argv[1], to_number(argv[2]));
    fprintf(stderr, "usage: worker QUEUE COUNT | worker --drain QUEUE\n");
    return 2;
}
