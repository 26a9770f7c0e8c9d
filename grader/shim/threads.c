/*
 * Threads. Once there are some, locks in private memory matter too. (Those that the C library makes for
 * itself, for SIGEV_THREAD, do not come through here: sync.h asks it, too.) Joining one that has ended
 * makes no system call.
 */
#include "sync.h"

#include <pthread.h>

#include "real.h"

#define THREAD_FUNCTIONS(X) X(pthread_create) X(pthread_join)

REAL_FUNCTIONS(THREAD_FUNCTIONS)

_Bool ipcshim_threaded;

INTERPOSED int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
                              void *(*start)(void *), void *restrict argument)
{
    ipcshim_threaded = 1;
    announce(ANNOUNCE_PTHREAD_CREATE, 0, 0, 0, 0, CALLER);
    int result = real.pthread_create(thread, attributes, start, argument);
    const void *made = result == 0 ? (const void *)*thread : NULL; /* a number, whatever its type */
    announce(ANNOUNCE_PTHREAD_CREATE | ANNOUNCE_DONE, made, 0, -(long)result, 0, CALLER);
    return result;
}

INTERPOSED int pthread_join(pthread_t thread, void **returned)
{
    announce(ANNOUNCE_PTHREAD_JOIN, (const void *)thread, 0, 0, 0, CALLER);
    int result = real.pthread_join(thread, returned);
    announce(ANNOUNCE_PTHREAD_JOIN | ANNOUNCE_DONE, (const void *)thread, 0, -(long)result, 0, CALLER);
    return result;
}
