/*
 * POSIX semaphores. All calls are announced, wherever the semaphore is: one in memory that the processes do
 * not share is a mistake worth seeing.
 */
#include "sync.h"

#include <fcntl.h>
#include <semaphore.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>

#include "real.h"

#define SEMAPHORE_FUNCTIONS(X) \
    X(sem_init)                \
    X(sem_destroy)             \
    X(sem_open)                \
    X(sem_close)               \
    X(sem_unlink)              \
    X(sem_wait)                \
    X(sem_trywait)             \
    X(sem_timedwait)           \
    X(sem_clockwait)           \
    X(sem_post)                \
    X(sem_getvalue)

REAL_FUNCTIONS(SEMAPHORE_FUNCTIONS)

static long outcome(int result)
{
    return result == 0 ? 0 : -(long)errno;
}

INTERPOSED int sem_init(sem_t *sem, int pshared, unsigned value)
{
    ATTEMPT(ANNOUNCE_SEM_INIT, sem, pshared, value);
    int result = real.sem_init(sem, pshared, value);
    DONE(ANNOUNCE_SEM_INIT, sem, outcome(result));
    return result;
}

WRAP(sem_destroy, sem_t, ANNOUNCE_SEM_DESTROY, outcome)

INTERPOSED sem_t *sem_open(const char *name, int flags, ...)
{
    mode_t mode = 0;
    unsigned value = 0;
    if (flags & O_CREAT) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        value = va_arg(arguments, unsigned);
        va_end(arguments);
    }
    announce(ANNOUNCE_SEM_OPEN, name, mode, flags, value, CALLER);
    sem_t *sem = real.sem_open(name, flags, mode, value);
    if (sem == SEM_FAILED) {
        announce(ANNOUNCE_SEM_OPEN | ANNOUNCE_DONE, 0, 0, -(long)errno, 0, CALLER);
        return sem;
    }
    ipcshim_add(sem, sizeof *sem); /* mapped inside the C library, in a page of its own */
    DONE(ANNOUNCE_SEM_OPEN, sem, 0);
    return sem;
}

INTERPOSED int sem_close(sem_t *sem)
{
    ATTEMPT(ANNOUNCE_SEM_CLOSE, sem, 0, 0);
    /* Opened twice it is in the table twice, and stays mapped until it is closed twice. */
    size_t size = ipcshim_remove_at(sem);
    int result = real.sem_close(sem);
    if (result != 0 && size != 0)
        ipcshim_add(sem, size);
    announce(ANNOUNCE_SEM_CLOSE | ANNOUNCE_DONE, sem, sizeof *sem, outcome(result), 0, CALLER);
    return result;
}

INTERPOSED int sem_unlink(const char *name)
{
    announce(ANNOUNCE_SEM_UNLINK, name, 0, 0, 0, CALLER);
    int result = real.sem_unlink(name);
    announce(ANNOUNCE_SEM_UNLINK | ANNOUNCE_DONE, name, 0, outcome(result), 0, CALLER);
    return result;
}

WRAP(sem_wait, sem_t, ANNOUNCE_SEM_WAIT, outcome)
WRAP(sem_trywait, sem_t, ANNOUNCE_SEM_TRYWAIT, outcome)

INTERPOSED int sem_timedwait(sem_t *sem, const struct timespec *deadline)
{
    ATTEMPT(ANNOUNCE_SEM_TIMEDWAIT, sem, CLOCK_REALTIME, deadline);
    int result = real.sem_timedwait(sem, deadline);
    DONE(ANNOUNCE_SEM_TIMEDWAIT, sem, outcome(result));
    return result;
}

INTERPOSED int sem_clockwait(sem_t *sem, clockid_t clock, const struct timespec *deadline)
{
    ATTEMPT(ANNOUNCE_SEM_CLOCKWAIT, sem, clock, deadline);
    int result = real.sem_clockwait(sem, clock, deadline);
    DONE(ANNOUNCE_SEM_CLOCKWAIT, sem, outcome(result));
    return result;
}

WRAP(sem_post, sem_t, ANNOUNCE_SEM_POST, outcome)

INTERPOSED int sem_getvalue(sem_t *sem, int *value)
{
    ATTEMPT(ANNOUNCE_SEM_GETVALUE, sem, 0, 0);
    int result = real.sem_getvalue(sem, value);
    announce(ANNOUNCE_SEM_GETVALUE | ANNOUNCE_DONE, sem, sizeof *sem, outcome(result),
             result == 0 ? (unsigned long)*value : 0, CALLER);
    return result;
}
