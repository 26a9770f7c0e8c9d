/* Read-write locks, barriers and spin locks. */
#include "sync.h"

#include <pthread.h>
#include <time.h>

#include "real.h"

#define LOCK_FUNCTIONS(X)         \
    X(pthread_rwlock_init)        \
    X(pthread_rwlock_destroy)     \
    X(pthread_rwlock_rdlock)      \
    X(pthread_rwlock_tryrdlock)   \
    X(pthread_rwlock_timedrdlock) \
    X(pthread_rwlock_wrlock)      \
    X(pthread_rwlock_trywrlock)   \
    X(pthread_rwlock_timedwrlock) \
    X(pthread_rwlock_unlock)      \
    X(pthread_barrier_init)       \
    X(pthread_barrier_destroy)    \
    X(pthread_barrier_wait)       \
    X(pthread_spin_init)          \
    X(pthread_spin_destroy)       \
    X(pthread_spin_lock)          \
    X(pthread_spin_trylock)       \
    X(pthread_spin_unlock)

REAL_FUNCTIONS(LOCK_FUNCTIONS)

WRAP_PTHREAD(pthread_rwlock_destroy, pthread_rwlock_t, ANNOUNCE_PTHREAD_RWLOCK_DESTROY)
WRAP_PTHREAD(pthread_rwlock_rdlock, pthread_rwlock_t, ANNOUNCE_PTHREAD_RWLOCK_RDLOCK)
WRAP_PTHREAD(pthread_rwlock_tryrdlock, pthread_rwlock_t, ANNOUNCE_PTHREAD_RWLOCK_TRYRDLOCK)
WRAP_PTHREAD(pthread_rwlock_wrlock, pthread_rwlock_t, ANNOUNCE_PTHREAD_RWLOCK_WRLOCK)
WRAP_PTHREAD(pthread_rwlock_trywrlock, pthread_rwlock_t, ANNOUNCE_PTHREAD_RWLOCK_TRYWRLOCK)
WRAP_PTHREAD(pthread_rwlock_unlock, pthread_rwlock_t, ANNOUNCE_PTHREAD_RWLOCK_UNLOCK)
WRAP_PTHREAD(pthread_barrier_destroy, pthread_barrier_t, ANNOUNCE_PTHREAD_BARRIER_DESTROY)
WRAP_PTHREAD(pthread_barrier_wait, pthread_barrier_t, ANNOUNCE_PTHREAD_BARRIER_WAIT)
WRAP_PTHREAD(pthread_spin_destroy, pthread_spinlock_t, ANNOUNCE_PTHREAD_SPIN_DESTROY)
WRAP_PTHREAD(pthread_spin_trylock, pthread_spinlock_t, ANNOUNCE_PTHREAD_SPIN_TRYLOCK)
WRAP_PTHREAD(pthread_spin_unlock, pthread_spinlock_t, ANNOUNCE_PTHREAD_SPIN_UNLOCK)

INTERPOSED int pthread_rwlock_init(pthread_rwlock_t *restrict lock,
                                   const pthread_rwlockattr_t *restrict attributes)
{
    int pshared = 0;
    if (attributes != NULL)
        pthread_rwlockattr_getpshared(attributes, &pshared);
    TELL(1, ANNOUNCE_PTHREAD_RWLOCK_INIT, lock, pshared, 0, real.pthread_rwlock_init(lock, attributes));
    return result;
}

INTERPOSED int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict lock,
                                          const struct timespec *restrict deadline)
{
    TELL(CONCURRENT, ANNOUNCE_PTHREAD_RWLOCK_TIMEDRDLOCK, lock, CLOCK_REALTIME, deadline,
         real.pthread_rwlock_timedrdlock(lock, deadline));
    return result;
}

INTERPOSED int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict lock,
                                          const struct timespec *restrict deadline)
{
    TELL(CONCURRENT, ANNOUNCE_PTHREAD_RWLOCK_TIMEDWRLOCK, lock, CLOCK_REALTIME, deadline,
         real.pthread_rwlock_timedwrlock(lock, deadline));
    return result;
}

INTERPOSED int pthread_barrier_init(pthread_barrier_t *restrict barrier,
                                    const pthread_barrierattr_t *restrict attributes, unsigned count)
{
    int pshared = 0;
    if (attributes != NULL)
        pthread_barrierattr_getpshared(attributes, &pshared);
    TELL(1, ANNOUNCE_PTHREAD_BARRIER_INIT, barrier, pshared, count,
         real.pthread_barrier_init(barrier, attributes, count));
    return result;
}

INTERPOSED int pthread_spin_init(pthread_spinlock_t *lock, int pshared)
{
    TELL(1, ANNOUNCE_PTHREAD_SPIN_INIT, lock, pshared, 0, real.pthread_spin_init(lock, pshared));
    return result;
}

/* Waits in steps that the tracer sees: the holder may be a process that it has to let run first. */
static int spin(pthread_spinlock_t *lock, const void *caller)
{
    int result;
    while ((result = real.pthread_spin_trylock(lock)) == EBUSY)
        announce(ANNOUNCE_PTHREAD_SPIN_BUSY, lock, sizeof *lock, 0, 0, caller);
    return result;
}

INTERPOSED int pthread_spin_lock(pthread_spinlock_t *lock)
{
    TELL(CONCURRENT, ANNOUNCE_PTHREAD_SPIN_LOCK, lock, 0, 0,
         telling ? spin(lock, CALLER) : real.pthread_spin_lock(lock));
    return result;
}
