/* Accepted: the descriptor never blocks; waiting is done in poll, which on Linux takes a queue's descriptor. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <mqueue.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(void)
{
    fputs("usage: submit [--try] QUEUE PRIORITY TEXT\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    int may_wait = 1;
    if (argc > 1 && !strcmp(argv[1], "--try")) {
        may_wait = 0;
        argv++, argc--;
    }
    if (argc != 4 || strchr(argv[3], '\n'))
        return usage();
    char *end;
    unsigned long priority = strtoul(argv[2], &end, 10);
    if (argv[2][0] < '0' || argv[2][0] > '9' || *end)
        return usage();
    if (strlen(argv[3]) > 255 || priority > 0x7fffffff) {
        fputs("submit: TEXT is too long, or PRIORITY too high\n", stderr);
        return 1;
    }

    mqd_t q = mq_open(argv[1], O_CREAT | O_WRONLY | O_NONBLOCK, 0600,
                      &(struct mq_attr){.mq_maxmsg = 10, .mq_msgsize = 256});
    if (q < 0) {
        perror(argv[1]);
        return 1;
    }
    /* Room that poll has seen may be gone again when we send: then wait again. */
    while (mq_send(q, argv[3], strlen(argv[3]), priority) < 0) {
        if (errno == EAGAIN) {
            if (!may_wait)
                return 3;
            poll(&(struct pollfd){.fd = q, .events = POLLOUT}, 1, -1);
        } else if (errno != EINTR) {
            perror("mq_send");
            return 1;
        }
    }
    return 0;
}
