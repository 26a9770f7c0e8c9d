#ifndef SEGMENT_H
#define SEGMENT_H

#include <semaphore.h>

struct shared_count {
    long *cell;
    sem_t *gate;
};

/* 0, or the errno of what failed; then nothing new exists. */
int shared_count_make(struct shared_count *count, const char *name);
/* -1 with errno set if the gate could not be passed. */
int shared_count_increment(struct shared_count *count);
void shared_count_remove(const char *name);

#endif
