/* The log of accesses that cost no stop: accesses.c, and grader/tracer/log.py. */
#ifndef IPCSHIM_ACCESSES_H
#define IPCSHIM_ACCESSES_H

#include "announce.h"

#define LOG_ENTRIES 64
#define STACK_MAX (64UL << 20)

extern PRIVATE _Bool ipcshim_threaded;

/* Whether there are other threads, or have been. */
PRIVATE _Bool ipcshim_concurrent(void);

/* The thread is about to do, or has done, what may put its accesses in order with others'. */
PRIVATE void ipcshim_new_epoch(void);

PRIVATE void ipcshim_freed(const void *address, size_t size, const void *caller);

#endif
