/* Accepted: the descriptor never blocks; waiting is done in poll, which on Linux takes a queue's descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int drain = argc == 3 && strcmp(argv[1], "--drain") == 0;
    uint64_t left = UINT64_MAX;
    char *end = "";
    if (argc == 3 && !drain && strspn(argv[2], "0123456789") > 0)
        left = strtoull(argv[2], &end, 10);
    else if (!drain)
        end = "?";
    if (*end) {
        dprintf(2, "usage: worker QUEUE COUNT\n       worker --drain QUEUE\n");
        return 2;
    }

    struct mq_attr attr = {.mq_maxmsg = 10, .mq_msgsize = 256};
    const char *name = drain ? argv[2] : argv[1];
    mqd_t q = mq_open(name, O_CREAT | O_RDONLY | O_NONBLOCK, 0600, &attr);
    if (q < 0 || mq_getattr(q, &attr) < 0) {
        perror(name);
        return 1;
    }
    char *buffer = malloc(attr.mq_msgsize);
    if (buffer == NULL)
        return 1;
    if (drain)
        mq_unlink(name);
    while (left > 0) {
        unsigned priority;
        ssize_t size = mq_receive(q, buffer, attr.mq_msgsize, &priority);
        if (size >= 0) {
            if (dprintf(STDOUT_FILENO, "%u %.*s\n", priority, (int)size, buffer) < 0)
                return 1;
            left--;
        } else if (errno == EAGAIN) {
            if (drain)
                break;
            /* A job that poll has seen may have gone to another worker: then wait again. */
            poll(&(struct pollfd){.fd = q, .events = POLLIN}, 1, -1);
        } else if (errno != EINTR) {
            perror("mq_receive");
            return 1;
        }
    }
    return 0;
}
