/*
 * Functions that a signal handler must not call, because they may be what the handler has interrupted:
 * signal-safety(7). Every wrapper of one says that the thread is inside of it; handlers.c does the rest.
 */
#ifndef IPCSHIM_UNSAFE_H
#define IPCSHIM_UNSAFE_H

#include "announce.h"

/* The thread is inside of a function of this name until the wrapper returns. */
#define UNSAFE(name) \
    __attribute__((cleanup(ipcshim_leave), unused)) const _Bool outermost = ipcshim_enter(name, CALLER)

/* What it calls in its turn does not count: false if it was inside of another one already. */
PRIVATE _Bool ipcshim_enter(const char *name, const void *caller);
PRIVATE void ipcshim_leave(const _Bool *outermost);

/* Of a function that others may be inside of without harm: told only if a handler calls it. */
PRIVATE void ipcshim_called(const char *name, const void *caller);

#endif
