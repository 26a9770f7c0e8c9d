/*
 * Signal handlers: which one runs, what it has interrupted, and what it calls that it must not.
 *
 * A program's handler is not installed itself but one of TRAMPOLINES, each of which calls one handler for
 * ever: so there is no moment in which a signal finds the wrong one. If there are more handlers than that,
 * the rest are installed as they are, and not watched. Programs are told of their own handlers only.
 */
#include "unsafe.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>

#include "real.h"

#define HANDLER_FUNCTIONS(X) \
    X(sigaction)             \
    X(signal)                \
    X(bsd_signal)            \
    X(sysv_signal)           \
    X(__sysv_signal)         \
    X(longjmp)               \
    X(_longjmp)              \
    X(siglongjmp)

/* Not in every header, and not under every standard. */
__sighandler_t bsd_signal(int number, __sighandler_t handler);
__sighandler_t __sysv_signal(int number, __sighandler_t handler);

REAL_FUNCTIONS(HANDLER_FUNCTIONS)

#define TOLD_MAX 16 /* of one place in the program */
#define PLACES 64

typedef void action(int number, siginfo_t *info, void *context);

struct call {
    const char *volatile function; /* NULL: the thread is not inside of any */
    const void *caller;
};

struct running {
    struct running *outer;
    struct call interrupted;
    int number;
};

struct place {
    const void *caller;
    unsigned count;
};

static __thread struct call inside __attribute__((tls_model("initial-exec")));
static __thread struct running *handler __attribute__((tls_model("initial-exec")));
static __thread struct place places[PLACES] __attribute__((tls_model("initial-exec")));
static _Bool handled; /* a handler has been set */

static void tell(struct call call, int number, struct call interrupted)
{
    announce(ANNOUNCE_UNSAFE_CALL, call.function, (size_t)number, (long)interrupted.function,
             (unsigned long)interrupted.caller, call.caller);
}

/* A handler's call is told whenever it matters; of others, which it may interrupt, the first are. */
static _Bool seldom(const void *caller)
{
    struct place *place = &places[((uintptr_t)caller >> 2) % PLACES];
    if (place->caller != caller)
        *place = (struct place){caller, 0};
    return place->count++ < TOLD_MAX;
}

_Bool ipcshim_enter(const char *name, const void *caller)
{
    if (inside.function != NULL)
        return 0;
    inside.caller = caller;
    inside.function = name;
    if (handler != NULL && (handler->interrupted.function != NULL || seldom(caller)))
        tell(inside, handler->number, handler->interrupted);
    else if (handler == NULL && handled && seldom(caller))
        tell(inside, 0, (struct call){0});
    return 1;
}

void ipcshim_leave(const _Bool *outermost)
{
    if (*outermost)
        inside.function = NULL;
}

void ipcshim_called(const char *name, const void *caller)
{
    if (handler != NULL && inside.function == NULL && seldom(caller))
        tell((struct call){name, caller}, handler->number, (struct call){0});
}

static action *handlers[];

static void run(unsigned which, int number, siginfo_t *info, void *context)
{
    struct running this = {handler, inside, number};
    int before = errno;
    inside.function = NULL;
    handler = &this;
    handlers[which](number, info, context);
    handler = this.outer;
    inside = this.interrupted;
    if (errno != before) {
        const char *first_byte = (const char *)handlers[which];
        announce(ANNOUNCE_ERRNO_CHANGED, NULL, (size_t)number, before, (unsigned long)errno, first_byte + 1);
    }
}

#define EIGHT(X, n) X(n##0) X(n##1) X(n##2) X(n##3) X(n##4) X(n##5) X(n##6) X(n##7)
#define ALL(X) EIGHT(X, 0) EIGHT(X, 01) EIGHT(X, 02) EIGHT(X, 03)

#define DEFINE(n)                                                      \
    static void trampoline_##n(int number, siginfo_t *info, void *context) \
    {                                                                  \
        run(n, number, info, context);                                 \
    }
#define NAME(n) trampoline_##n,

ALL(DEFINE)

static action *const trampolines[] = {ALL(NAME)};
#define TRAMPOLINES (sizeof trampolines / sizeof trampolines[0])
static action *handlers[TRAMPOLINES];

/* Whether it is a function, and not SIG_DFL or its like. */
static _Bool is_function(action *what)
{
    return (uintptr_t)what > (uintptr_t)SIG_IGN && (__sighandler_t)(uintptr_t)what != SIG_ERR;
}

static action *wrapped(action *own)
{
    if (!is_function(own))
        return own;
    handled = 1;
    for (unsigned i = 0; i < TRAMPOLINES; i++) {
        action *there = NULL;
        if (__atomic_compare_exchange_n(&handlers[i], &there, own, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) ||
            there == own)
            return trampolines[i];
    }
    return own;
}

static action *unwrapped(action *installed)
{
    for (unsigned i = 0; i < TRAMPOLINES; i++)
        if (installed == trampolines[i])
            return handlers[i];
    return installed;
}

INTERPOSED int sigaction(int number, const struct sigaction *restrict set, struct sigaction *restrict old)
{
    struct sigaction own;
    if (set != NULL) {
        own = *set;
        own.sa_sigaction = wrapped(set->sa_sigaction);
    }
    int result = real.sigaction(number, set != NULL ? &own : NULL, old);
    if (result == 0 && old != NULL)
        old->sa_sigaction = unwrapped(old->sa_sigaction);
    return result;
}

#define SIMPLE(name)                                                                                     \
    INTERPOSED __sighandler_t name(int number, __sighandler_t set)                                       \
    {                                                                                                    \
        __sighandler_t own = (__sighandler_t)(uintptr_t)wrapped((action *)(uintptr_t)set);               \
        return (__sighandler_t)(uintptr_t)unwrapped((action *)(uintptr_t)real.name(number, own));        \
    }

SIMPLE(signal)
SIMPLE(bsd_signal)
SIMPLE(sysv_signal)
SIMPLE(__sysv_signal)

/* A jump may leave a handler, and what that has interrupted is left with it. */
#define JUMP(name)                                                           \
    INTERPOSED void name(struct __jmp_buf_tag target[1], int value)          \
    {                                                                        \
        handler = NULL;                                                      \
        inside.function = NULL;                                                  \
        real.name(target, value);                                            \
    }

JUMP(longjmp)
JUMP(_longjmp)
JUMP(siglongjmp)
