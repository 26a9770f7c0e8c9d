/*
 * worker QUEUE COUNT    - take COUNT jobs from the queue and print them, asleep while there is none
 * worker --drain QUEUE  - print all jobs that are there, and remove the queue
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs.h"

/* Take the next job and print it. Returns 0, or -1 with errno set (EAGAIN: there is none). */
static int do_job(mqd_t queue)
{
    char text[JOB_SIZE]; /* must have room for a message of the queue's full size, or mq_receive fails */
    unsigned int priority;
    ssize_t size;
    do {
        size = mq_receive(queue, text, sizeof text, &priority);
    } while (size == -1 && errno == EINTR);
    if (size == -1)
        return -1;
    /* What came is `size` bytes: trust that number, not that whoever sent them put a NUL at the end. */
    printf("%u %.*s\n", priority, (int)size, text);
    return fflush(stdout) == EOF ? -1 : 0; /* at once: somebody may be waiting for this line */
}

static int work(const char *name, long count)
{
    mqd_t queue = open_jobs(name, O_RDONLY);
    if (queue == (mqd_t)-1)
        return EXIT_FAILURE;
    for (long i = 0; i < count; i++)
        if (do_job(queue) == -1) {
            perror("worker");
            return EXIT_FAILURE;
        }
    mq_close(queue);
    return EXIT_SUCCESS;
}

static int drain(const char *name)
{
    mqd_t queue = mq_open(name, O_RDONLY | O_NONBLOCK);
    if (queue == (mqd_t)-1) {
        if (errno == ENOENT)
            return EXIT_SUCCESS; /* no queue: as good as an empty one */
        perror("mq_open");
        return EXIT_FAILURE;
    }
    /* The name goes first, then the jobs. The other way round, a job that is sent between our last look and
     * the unlinking would vanish with the queue; like this, it goes to a new queue of this name. */
    if (mq_unlink(name) == -1 && errno != ENOENT) {
        perror("mq_unlink");
        return EXIT_FAILURE;
    }
    while (do_job(queue) == 0)
        ;
    if (errno != EAGAIN) {
        perror("worker");
        return EXIT_FAILURE;
    }
    mq_close(queue);
    return EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
    if (argc == 3 && strcmp(argv[1], "--drain") == 0)
        return drain(argv[2]);
    long count = argc == 3 ? parse_number(argv[2]) : -1;
    if (count < 0) {
        fprintf(stderr, "usage: worker QUEUE COUNT\n       worker --drain QUEUE\n");
        return EXIT_USAGE;
    }
    return work(argv[1], count);
}
