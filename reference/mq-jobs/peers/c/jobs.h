/* What submit and worker have in common: the queue of jobs and its form. */
#ifndef JOBS_H
#define JOBS_H

#include <mqueue.h>

enum {
    JOBS_MAX = 10,      /* messages the queue holds before a sender has to wait */
    JOB_SIZE = 256,     /* bytes of a message: TEXT and the NUL that ends it */
    EXIT_USAGE = 2,     /* wrong usage */
    EXIT_NOTHING = 3,   /* nothing there, or no room */
};

/* Open the queue `name`, and make it if it does not exist. `flags`: O_WRONLY or O_RDONLY, and O_NONBLOCK.
 * On failure: says why on stderr and returns -1. */
mqd_t open_jobs(const char *name, int flags);

/* A decimal number, or -1 if `text` is anything else. What is too big for a long counts as LONG_MAX. */
long parse_number(const char *text);

#endif
