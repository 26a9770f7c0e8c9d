#include "jobs.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

mqd_t open_jobs(const char *name, int flags)
{
    /* The attributes count only for the one who makes the queue; O_CREAT without O_EXCL means "make it, or
     * take the one that is there", and the kernel does that in one act. So it does not matter who is first. */
    struct mq_attr wanted = {.mq_maxmsg = JOBS_MAX, .mq_msgsize = JOB_SIZE};
    mqd_t queue = mq_open(name, flags | O_CREAT, 0600, &wanted);
    if (queue == (mqd_t)-1) {
        fprintf(stderr, "mq_open %s: %s\n", name, strerror(errno));
        return -1;
    }
    /* For the one who comes later, look what has been made: with a smaller message size our jobs would not
     * fit, with a bigger one they would not fit into the worker's buffer. */
    struct mq_attr found;
    if (mq_getattr(queue, &found) == -1 || found.mq_maxmsg != JOBS_MAX || found.mq_msgsize != JOB_SIZE) {
        fprintf(stderr, "%s is no queue of %d messages of %d bytes\n", name, JOBS_MAX, JOB_SIZE);
        mq_close(queue);
        return -1;
    }
    return queue;
}

long parse_number(const char *text)
{
    if (*text == '\0')
        return -1;
    for (const char *c = text; *c != '\0'; c++)
        if (!isdigit((unsigned char)*c))
            return -1;
    return strtol(text, NULL, 10);
}
