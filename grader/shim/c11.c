/*
 * Threads, mutexes and conditions of <threads.h>: the C library makes them of its own pthread functions, but
 * not by calling those that are interposed. They are announced by the names of these.
 */
#include "sync.h"

#include <threads.h>

#include "real.h"

#define C11_FUNCTIONS(X) \
    X(thrd_create)       \
    X(thrd_join)         \
    X(mtx_init)          \
    X(mtx_destroy)       \
    X(mtx_lock)          \
    X(mtx_trylock)       \
    X(mtx_timedlock)     \
    X(mtx_unlock)        \
    X(cnd_init)          \
    X(cnd_destroy)       \
    X(cnd_wait)          \
    X(cnd_timedwait)     \
    X(cnd_signal)        \
    X(cnd_broadcast)     \
    X(call_once)

REAL_FUNCTIONS(C11_FUNCTIONS)

/* What a pthread function would have returned. */
static int as_errno(int result)
{
    switch (result) {
    case thrd_success:
        return 0;
    case thrd_busy:
        return EBUSY;
    case thrd_timedout:
        return ETIMEDOUT;
    case thrd_nomem:
        return ENOMEM;
    default:
        return EINVAL;
    }
}

/* As TELL of sync.h. */
#define TELL_C11(tell, code, object, extra1, extra2, call) \
    const _Bool telling = tell;                            \
    if (telling) {                                         \
        ATTEMPT(code, object, extra1, extra2);             \
    }                                                      \
    const int result = call;                               \
    if (telling) {                                         \
        DONE(code, object, -(long)as_errno(result));       \
    }                                                      \
    return result

#define WRAP_C11(name, type, code)                                   \
    INTERPOSED int name(type *object)                                \
    {                                                                \
        TELL_C11(CONCURRENT, code, object, 0, 0, real.name(object)); \
    }

WRAP_C11(mtx_lock, mtx_t, ANNOUNCE_PTHREAD_MUTEX_LOCK)
WRAP_C11(mtx_trylock, mtx_t, ANNOUNCE_PTHREAD_MUTEX_TRYLOCK)
WRAP_C11(mtx_unlock, mtx_t, ANNOUNCE_PTHREAD_MUTEX_UNLOCK)
WRAP_C11(cnd_signal, cnd_t, ANNOUNCE_PTHREAD_COND_SIGNAL)
WRAP_C11(cnd_broadcast, cnd_t, ANNOUNCE_PTHREAD_COND_BROADCAST)

/* They are for the threads of one process. */
INTERPOSED int mtx_init(mtx_t *mutex, int type)
{
    TELL_C11(1, ANNOUNCE_PTHREAD_MUTEX_INIT, mutex, 0, type & mtx_recursive ? 1 : 0,
             real.mtx_init(mutex, type));
}

INTERPOSED int cnd_init(cnd_t *condition)
{
    TELL_C11(1, ANNOUNCE_PTHREAD_COND_INIT, condition, 0, 0, real.cnd_init(condition));
}

INTERPOSED void mtx_destroy(mtx_t *mutex)
{
    real.mtx_destroy(mutex);
    if (CONCURRENT) {
        ATTEMPT(ANNOUNCE_PTHREAD_MUTEX_DESTROY, mutex, 0, 0);
        DONE(ANNOUNCE_PTHREAD_MUTEX_DESTROY, mutex, 0);
    }
}

INTERPOSED void cnd_destroy(cnd_t *condition)
{
    real.cnd_destroy(condition);
    if (CONCURRENT) {
        ATTEMPT(ANNOUNCE_PTHREAD_COND_DESTROY, condition, 0, 0);
        DONE(ANNOUNCE_PTHREAD_COND_DESTROY, condition, 0);
    }
}

INTERPOSED int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict deadline)
{
    TELL_C11(CONCURRENT, ANNOUNCE_PTHREAD_MUTEX_TIMEDLOCK, mutex, CLOCK_REALTIME, deadline,
             real.mtx_timedlock(mutex, deadline));
}

INTERPOSED int cnd_wait(cnd_t *condition, mtx_t *mutex)
{
    TELL_C11(CONCURRENT, ANNOUNCE_PTHREAD_COND_WAIT, condition, 0, mutex, real.cnd_wait(condition, mutex));
}

INTERPOSED int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex,
                             const struct timespec *restrict deadline)
{
    TELL_C11(CONCURRENT, ANNOUNCE_PTHREAD_COND_TIMEDWAIT, condition, 0, mutex,
             real.cnd_timedwait(condition, mutex, deadline));
}

INTERPOSED int thrd_create(thrd_t *thread, thrd_start_t start, void *argument)
{
    ipcshim_threaded = 1;
    announce(ANNOUNCE_PTHREAD_CREATE, 0, 0, 0, 0, CALLER);
    ipcshim_new_epoch();
    int result = real.thrd_create(thread, start, argument);
    const void *made = result == thrd_success ? (const void *)*thread : NULL;
    announce(ANNOUNCE_PTHREAD_CREATE | ANNOUNCE_DONE, made, 0, -(long)as_errno(result), 0, CALLER);
    ipcshim_new_epoch();
    return result;
}

INTERPOSED int thrd_join(thrd_t thread, int *status)
{
    announce(ANNOUNCE_PTHREAD_JOIN, (const void *)thread, 0, 0, 0, CALLER);
    ipcshim_new_epoch();
    int result = real.thrd_join(thread, status);
    announce(ANNOUNCE_PTHREAD_JOIN | ANNOUNCE_DONE, (const void *)thread, 0, -(long)as_errno(result), 0,
             CALLER);
    ipcshim_new_epoch();
    return result;
}

INTERPOSED void call_once(once_flag *control, void (*routine)(void))
{
    const _Bool telling = CONCURRENT;
    if (telling)
        ATTEMPT(ANNOUNCE_PTHREAD_ONCE, control, 0, 0);
    real.call_once(control, routine);
    if (telling)
        DONE(ANNOUNCE_PTHREAD_ONCE, control, 0);
}
