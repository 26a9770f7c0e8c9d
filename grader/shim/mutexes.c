/* Mutexes and condition variables. */
#include "sync.h"
#include "unsafe.h"

#include <pthread.h>
#include <time.h>

#include "real.h"

#define MUTEX_FUNCTIONS(X)      \
    X(pthread_mutex_init)       \
    X(pthread_mutex_destroy)    \
    X(pthread_mutex_lock)       \
    X(pthread_mutex_trylock)    \
    X(pthread_mutex_timedlock)  \
    X(pthread_mutex_clocklock)  \
    X(pthread_mutex_unlock)     \
    X(pthread_mutex_consistent) \
    X(pthread_cond_init)        \
    X(pthread_cond_destroy)     \
    X(pthread_cond_wait)        \
    X(pthread_cond_timedwait)   \
    X(pthread_cond_clockwait)   \
    X(pthread_cond_signal)      \
    X(pthread_cond_broadcast)

REAL_FUNCTIONS(MUTEX_FUNCTIONS)

WRAP_PTHREAD(pthread_mutex_destroy, pthread_mutex_t, ANNOUNCE_PTHREAD_MUTEX_DESTROY)
WRAP_PTHREAD(pthread_mutex_trylock, pthread_mutex_t, ANNOUNCE_PTHREAD_MUTEX_TRYLOCK)
WRAP_PTHREAD(pthread_mutex_unlock, pthread_mutex_t, ANNOUNCE_PTHREAD_MUTEX_UNLOCK)
WRAP_PTHREAD(pthread_mutex_consistent, pthread_mutex_t, ANNOUNCE_PTHREAD_MUTEX_CONSISTENT)
WRAP_PTHREAD(pthread_cond_destroy, pthread_cond_t, ANNOUNCE_PTHREAD_COND_DESTROY)
WRAP_PTHREAD(pthread_cond_signal, pthread_cond_t, ANNOUNCE_PTHREAD_COND_SIGNAL)
WRAP_PTHREAD(pthread_cond_broadcast, pthread_cond_t, ANNOUNCE_PTHREAD_COND_BROADCAST)

INTERPOSED int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    ipcshim_called("pthread_mutex_lock", CALLER);
    TELL(CONCURRENT, ANNOUNCE_PTHREAD_MUTEX_LOCK, mutex, 0, 0, real.pthread_mutex_lock(mutex));
    return result;
}

/* Always announced, so that a lock between processes that was made for one process only can be told. */
INTERPOSED int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
    int pshared = 0, type = 0, robust = 0;
    if (attributes != NULL) {
        pthread_mutexattr_getpshared(attributes, &pshared);
        pthread_mutexattr_gettype(attributes, &type);
        pthread_mutexattr_getrobust(attributes, &robust);
    }
    TELL(1, ANNOUNCE_PTHREAD_MUTEX_INIT, mutex, pshared, type | robust << 8,
         real.pthread_mutex_init(mutex, attributes));
    return result;
}

INTERPOSED int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex,
                                       const struct timespec *restrict deadline)
{
    TELL(CONCURRENT, ANNOUNCE_PTHREAD_MUTEX_TIMEDLOCK, mutex, CLOCK_REALTIME, deadline,
         real.pthread_mutex_timedlock(mutex, deadline));
    return result;
}

INTERPOSED int pthread_mutex_clocklock(pthread_mutex_t *restrict mutex, clockid_t clock,
                                       const struct timespec *restrict deadline)
{
    TELL(CONCURRENT, ANNOUNCE_PTHREAD_MUTEX_CLOCKLOCK, mutex, clock, deadline,
         real.pthread_mutex_clocklock(mutex, clock, deadline));
    return result;
}

INTERPOSED int pthread_cond_init(pthread_cond_t *restrict cond,
                                 const pthread_condattr_t *restrict attributes)
{
    int pshared = 0;
    clockid_t clock = CLOCK_REALTIME;
    if (attributes != NULL) {
        pthread_condattr_getpshared(attributes, &pshared);
        pthread_condattr_getclock(attributes, &clock);
    }
    TELL(1, ANNOUNCE_PTHREAD_COND_INIT, cond, pshared, clock, real.pthread_cond_init(cond, attributes));
    return result;
}

INTERPOSED int pthread_cond_wait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex)
{
    TELL(CONCURRENT, ANNOUNCE_PTHREAD_COND_WAIT, cond, 0, mutex,
         real.pthread_cond_wait(cond, mutex));
    return result;
}

INTERPOSED int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                                      const struct timespec *restrict deadline)
{
    TELL(CONCURRENT, ANNOUNCE_PTHREAD_COND_TIMEDWAIT, cond, 0, mutex,
         real.pthread_cond_timedwait(cond, mutex, deadline));
    return result;
}

INTERPOSED int pthread_cond_clockwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                                      clockid_t clock, const struct timespec *restrict deadline)
{
    TELL(CONCURRENT, ANNOUNCE_PTHREAD_COND_CLOCKWAIT, cond, clock, mutex,
         real.pthread_cond_clockwait(cond, mutex, clock, deadline));
    return result;
}
