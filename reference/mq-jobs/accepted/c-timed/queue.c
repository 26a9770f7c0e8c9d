#include "queue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

/* First try to be the one who makes it, and if another was faster, take that one; round again if that one
 * has been removed in between. */
mqd_t queue_open(const char *name, int access)
{
    struct mq_attr attr = {.mq_maxmsg = 10, .mq_msgsize = MESSAGE_SIZE};
    for (;;) {
        mqd_t queue = mq_open(name, access | O_CREAT | O_EXCL, 0600, &attr);
        if (queue == (mqd_t)-1 && errno == EEXIST)
            queue = mq_open(name, access);
        if (queue != (mqd_t)-1)
            return queue;
        if (errno != ENOENT) {
            perror(name);
            exit(1);
        }
    }
}

long to_number(const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' ? number : -1;
}
