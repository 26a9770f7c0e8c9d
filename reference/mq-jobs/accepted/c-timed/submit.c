/* Accepted: "try" is a send whose deadline has passed long ago: it succeeds if there is room, and never waits. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "queue.h"

int main(int argc, char *argv[])
{
    const char *queue_name, *text;
    long priority;
    int try = 0;

    switch (argc) {
    case 5:
        if (strcmp(argv[1], "--try") != 0)
            goto usage;
        try = 1;
        break;
    case 4:
        break;
    default:
        goto usage;
    }
    queue_name = argv[1 + try];
    priority = to_number(argv[2 + try]);
    text = argv[3 + try];
    if (priority < 0 || strpbrk(text, "\n") != NULL)
        goto usage;
    if (strlen(text) >= MESSAGE_SIZE) {
        fprintf(stderr, "%s: text too long\n", argv[0]);
        exit(1);
    }

    mqd_t queue = queue_open(queue_name, O_WRONLY);
    char message[MESSAGE_SIZE] = {0}; /* always 256 bytes, filled up with NULs */
    memcpy(message, text, strlen(text));
    struct timespec past = {.tv_sec = 1};
    unsigned int prio = priority > INT_MAX ? INT_MAX : priority;
    int result;
    do {
        result = try ? mq_timedsend(queue, message, sizeof message, prio, &past)
                     : mq_send(queue, message, sizeof message, prio);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && errno == ETIMEDOUT)
        exit(3);
    if (result != 0) {
        fprintf(stderr, "%s: %m\n", argv[0]);
        exit(1);
    }
    exit(0);

usage:
    fprintf(stderr, "usage: submit [--try] QUEUE PRIORITY TEXT\n");
    exit(2);
}
