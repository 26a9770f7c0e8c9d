/* Accepted: one program under two names, built by a Makefile; the queue's sizes are asked for, not assumed. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static mqd_t enter(const char *name)
{
    static struct mq_attr attr = {.mq_flags = 0, .mq_maxmsg = 10, .mq_msgsize = 256, .mq_curmsgs = 0};
    mqd_t q = mq_open(name, O_RDWR | O_CREAT, 0600, &attr);
    if (q == (mqd_t)-1)
        err(1, "%s", name);
    return q;
}

static void nonblocking(mqd_t q)
{
    struct mq_attr attr = {.mq_flags = O_NONBLOCK};
    if (mq_setattr(q, &attr, NULL) != 0)
        err(1, "mq_setattr");
}

static int digits(const char *s)
{
    return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

static int submit(int argc, char **argv)
{
    int try = argc > 1 && strcmp(argv[1], "--try") == 0 && argc == 5;
    if (argc - try != 4 || !digits(argv[try + 2]) || strchr(argv[try + 3], '\n'))
        errx(2, "usage: submit [--try] QUEUE PRIORITY TEXT");
    const char *text = argv[try + 3];
    unsigned long long priority = strtoull(argv[try + 2], NULL, 10);
    if (strlen(text) > 255)
        errx(1, "the text is longer than 255 bytes");
    if (priority >= (unsigned long long)sysconf(_SC_MQ_PRIO_MAX))
        errx(1, "the priority is too high");
    mqd_t q = enter(argv[try + 1]);
    if (try)
        nonblocking(q);
    if (TEMP_FAILURE_RETRY(mq_send(q, text, strlen(text) + 1, priority)) != 0) {
        if (errno == EAGAIN)
            return 3;
        err(1, "mq_send");
    }
    return 0;
}

static int worker(int argc, char **argv)
{
    int drain = argc == 3 && strcmp(argv[1], "--drain") == 0;
    if (argc != 3 || (!drain && !digits(argv[2])))
        errx(2, "usage: worker QUEUE COUNT | --drain QUEUE");
    mqd_t q = enter(drain ? argv[2] : argv[1]);
    struct mq_attr attr;
    if (mq_getattr(q, &attr) != 0)
        err(1, "mq_getattr");
    char *text = calloc(1, attr.mq_msgsize + 1);
    unsigned long long todo = drain ? 0 : strtoull(argv[2], NULL, 10);
    if (drain) {
        mq_unlink(argv[2]);
        nonblocking(q);
    }
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    while (drain || todo-- > 0) {
        unsigned priority;
        ssize_t n = TEMP_FAILURE_RETRY(mq_receive(q, text, attr.mq_msgsize, &priority));
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0)
            err(1, "mq_receive");
        text[n] = '\0';
        printf("%u %s\n", priority, text);
    }
    free(text);
    return 0;
}

int main(int argc, char **argv)
{
    return strcmp(basename(argv[0]), "submit") == 0 ? submit(argc, argv) : worker(argc, argv);
}
