/*
 * submit [--try] QUEUE PRIORITY TEXT - put a job into the queue
 *
 * If the queue is full, submit sleeps until a worker has taken a job; with --try it exits with 3 instead.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs.h"

int main(int argc, char *argv[])
{
    bool try = argc == 5 && strcmp(argv[1], "--try") == 0;
    if (argc != 4 && !try) {
        fprintf(stderr, "usage: submit [--try] QUEUE PRIORITY TEXT\n");
        return EXIT_USAGE;
    }
    const char *name = argv[argc - 3];
    long priority = parse_number(argv[argc - 2]);
    const char *text = argv[argc - 1];
    if (priority < 0 || strchr(text, '\n') != NULL) {
        fprintf(stderr, "submit: PRIORITY is a decimal number, and TEXT is one line\n");
        return EXIT_USAGE;
    }
    size_t size = strlen(text) + 1; /* the NUL goes with it */
    if (size > JOB_SIZE) {
        fprintf(stderr, "submit: TEXT is longer than %d bytes\n", JOB_SIZE - 1);
        return EXIT_FAILURE;
    }

    /* With O_NONBLOCK the kernel answers "full" at once; without, it lets us sleep until there is room.
     * Asking for the number of messages first would be no use: it may change before we send. */
    mqd_t queue = open_jobs(name, O_WRONLY | (try ? O_NONBLOCK : 0));
    if (queue == (mqd_t)-1)
        return EXIT_FAILURE;

    /* The kernel keeps the queue sorted: highest priority first, and the oldest first among equals. It refuses
     * a priority of sysconf(_SC_MQ_PRIO_MAX) or more; one that is too big for an int must not become small. */
    unsigned int sent_as = priority > INT_MAX ? INT_MAX : (unsigned int)priority;
    while (mq_send(queue, text, size, sent_as) == -1) {
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN)
            return EXIT_NOTHING;
        perror("mq_send");
        return EXIT_FAILURE;
    }
    /* The queue stays: it lives in the kernel, not in a process, until somebody unlinks it. */
    mq_close(queue);
    return EXIT_SUCCESS;
}
