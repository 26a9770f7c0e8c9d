/* What the wrappers of synchronising calls share. */
#ifndef IPCSHIM_SYNC_H
#define IPCSHIM_SYNC_H

#include "accesses.h"

#include <errno.h>

/*
 * A call is announced as an attempt, made, and announced as done: an uncontended one never reaches the
 * kernel.
 */
#define ATTEMPT(code, object, extra1, extra2)                                                      \
    do {                                                                                           \
        announce(code, object, sizeof *(object), (long)(extra1), (unsigned long)(extra2), CALLER); \
        ipcshim_new_epoch();                                                                       \
    } while (0)

/* The result as a system call would give it: 0 or above, or -errno. errno itself stays as it is. */
#define DONE(code, object, result)                                                     \
    do {                                                                               \
        announce((code) | ANNOUNCE_DONE, object, sizeof *(object), result, 0, CALLER); \
        ipcshim_new_epoch();                                                           \
    } while (0)

/* A call whose one argument is the object; RESULT turns what it returns into what is announced. */
#define WRAP(name, type, CODE, RESULT)      \
    INTERPOSED int name(type *object)       \
    {                                       \
        ATTEMPT(CODE, object, 0, 0);        \
        int result = real.name(object);     \
        DONE(CODE, object, RESULT(result)); \
        return result;                      \
    }

/*
 * Locks and the like matter if there are other threads, or memory that other processes see: a lock that is
 * not in it may be meant to guard it. Else they are a library's business, and only noise.
 */
#define CONCURRENT (ipcshim_concurrent() || ipcshim_any_shared())

/*
 * Declares `result`. pthread calls return an error number; -1 is the one thread that a barrier singles
 * out.
 */
#define TELL(tell, code, object, extra1, extra2, call) \
    const _Bool telling = tell;                        \
    if (telling) {                                     \
        ATTEMPT(code, object, extra1, extra2);         \
    }                                                  \
    const int result = call;                           \
    if (telling) {                                     \
        DONE(code, object, -(long)result);             \
    }

/* A pthread call whose one argument is the object. */
#define WRAP_PTHREAD(name, type, code)                           \
    INTERPOSED int name(type *object)                            \
    {                                                            \
        TELL(CONCURRENT, code, object, 0, 0, real.name(object)); \
        return result;                                           \
    }

#endif
