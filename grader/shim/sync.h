/* What the wrappers of synchronising calls share. */
#ifndef IPCSHIM_SYNC_H
#define IPCSHIM_SYNC_H

#include <errno.h>

#include "announce.h"

/* A call is announced as an attempt, made, and announced as done: an uncontended one never reaches the kernel. */
#define ATTEMPT(code, object, extra1, extra2)                                                                  \
    announce(code, object, sizeof *(object), (long)(extra1), (unsigned long)(extra2), CALLER)

/* The result as a system call would give it: 0 or above, or -errno. errno itself stays as it is. */
#define DONE(code, object, result) announce((code) | ANNOUNCE_DONE, object, sizeof *(object), result, 0, CALLER)

/* A call whose one argument is the object; RESULT turns what it returns into what is announced. */
#define WRAP(name, type, CODE, RESULT)                                                                         \
    INTERPOSED int name(type *object)                                                                          \
    {                                                                                                          \
        ATTEMPT(CODE, object, 0, 0);                                                                           \
        int result = real.name(object);                                                                        \
        DONE(CODE, object, RESULT(result));                                                                    \
        return result;                                                                                         \
    }

#endif
