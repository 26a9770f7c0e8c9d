/*
 * Threads. Once there are some, private memory and locks in it matter too. (Those that the C library makes
 * for itself, for SIGEV_THREAD, do not come through here: ipcshim_concurrent asks it, too.) Joining one that
 * has ended makes no system call, nor does pthread_once if it has been done.
 */
#include "sync.h"

#include <pthread.h>

#include "real.h"

#define THREAD_FUNCTIONS(X)  \
    X(pthread_create)        \
    X(pthread_join)          \
    X(pthread_tryjoin_np)    \
    X(pthread_timedjoin_np)  \
    X(pthread_clockjoin_np)  \
    X(pthread_once)

REAL_FUNCTIONS(THREAD_FUNCTIONS)

INTERPOSED int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
                              void *(*start)(void *), void *restrict argument)
{
    ipcshim_threaded = 1;
    announce(ANNOUNCE_PTHREAD_CREATE, 0, 0, 0, 0, CALLER);
    ipcshim_new_epoch();
    int result = real.pthread_create(thread, attributes, start, argument);
    const void *made = result == 0 ? (const void *)*thread : NULL; /* a number, whatever its type */
    announce(ANNOUNCE_PTHREAD_CREATE | ANNOUNCE_DONE, made, 0, -(long)result, 0, CALLER);
    ipcshim_new_epoch();
    return result;
}

#define JOIN(call)                                                                                      \
    announce(ANNOUNCE_PTHREAD_JOIN, (const void *)thread, 0, 0, 0, CALLER);                             \
    ipcshim_new_epoch();                                                                                \
    int result = call;                                                                                  \
    announce(ANNOUNCE_PTHREAD_JOIN | ANNOUNCE_DONE, (const void *)thread, 0, -(long)result, 0, CALLER); \
    ipcshim_new_epoch();                                                                                \
    return result

INTERPOSED int pthread_join(pthread_t thread, void **returned)
{
    JOIN(real.pthread_join(thread, returned));
}

INTERPOSED int pthread_tryjoin_np(pthread_t thread, void **returned)
{
    JOIN(real.pthread_tryjoin_np(thread, returned));
}

INTERPOSED int pthread_timedjoin_np(pthread_t thread, void **returned, const struct timespec *deadline)
{
    JOIN(real.pthread_timedjoin_np(thread, returned, deadline));
}

INTERPOSED int pthread_clockjoin_np(pthread_t thread, void **returned, clockid_t clock,
                                    const struct timespec *deadline)
{
    JOIN(real.pthread_clockjoin_np(thread, returned, clock, deadline));
}

INTERPOSED int pthread_once(pthread_once_t *control, void (*routine)(void))
{
    TELL(CONCURRENT, ANNOUNCE_PTHREAD_ONCE, control, 0, 0, real.pthread_once(control, routine));
    return result;
}
