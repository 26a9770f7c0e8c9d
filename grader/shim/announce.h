/*
 * How the run-time linked into traced programs talks to the tracer: by system calls.
 *
 * An announcement is a call of gettid, which takes no arguments, with arguments: the first holds
 * ANNOUNCE_MAGIC in its upper half and a code in its lower half. The tracer traps it; without a tracer it
 * does nothing and costs as little as a call can. An unused number would do the same, except where another
 * seccomp filter is already in force (a container's): that one refuses numbers it does not know, and a
 * refusal takes precedence over the tracer's trap, so that every announcement would be lost without a word.
 *
 * grader/shim/protocol.py has the same numbers, and says what the arguments of each code mean.
 */
#ifndef IPCSHIM_ANNOUNCE_H
#define IPCSHIM_ANNOUNCE_H

/*
 * Included before anything else, for these: all of the C library's declarations, and none of the
 * definitions that its headers put in their place when optimising. The files here define functions of those
 * names.
 */
#define _GNU_SOURCE
#define __NO_INLINE__ 1
#undef _FORTIFY_SOURCE

#include <stddef.h>
#include <stdint.h>

/*
 * The upper half of an announcement's first argument. The run-time's other system calls, made on its own
 * account, have it in theirs too: the kernel looks at the lower half only.
 */
#define ANNOUNCE_MAGIC 0x5e5e5e5e00000000UL

enum announce_code {
    /* Accesses, announced before they happen. */
    ANNOUNCE_LOAD = 0x01,
    ANNOUNCE_STORE = 0x02,
    ANNOUNCE_VOLATILE_LOAD = 0x03,
    ANNOUNCE_VOLATILE_STORE = 0x04,
    ANNOUNCE_READ_RANGE = 0x05,
    ANNOUNCE_WRITE_RANGE = 0x06,
    ANNOUNCE_LOAD_STORE = 0x07,
    ANNOUNCE_FREED = 0x08, /* only in logs: given back to the heap, or unmapped */

    /* What the tracer only takes note of: nobody else is let run there. */
    ANNOUNCE_STREAMS = 0x09, /* where the variable stdout is */
    ANNOUNCE_UNSAFE_CALL = 0x0a, /* a function that a signal handler must not call (handlers.c) */
    ANNOUNCE_ERRNO_CHANGED = 0x0b, /* a signal handler has returned, and errno is another */

    ANNOUNCE_ATOMIC_LOAD = 0x10,
    ANNOUNCE_ATOMIC_STORE = 0x11,
    ANNOUNCE_ATOMIC_EXCHANGE = 0x12,
    ANNOUNCE_ATOMIC_FETCH_ADD = 0x13,
    ANNOUNCE_ATOMIC_FETCH_SUB = 0x14,
    ANNOUNCE_ATOMIC_FETCH_AND = 0x15,
    ANNOUNCE_ATOMIC_FETCH_OR = 0x16,
    ANNOUNCE_ATOMIC_FETCH_XOR = 0x17,
    ANNOUNCE_ATOMIC_FETCH_NAND = 0x18,
    ANNOUNCE_ATOMIC_COMPARE_EXCHANGE = 0x19,
    ANNOUNCE_ATOMIC_FENCE = 0x1a,

    /* Where the thread's log is (accesses.c); it is full, or new. */
    ANNOUNCE_LOG = 0x1d,

    /* No access, but a chance for others: the thread has made thousands that were not announced. */
    ANNOUNCE_LOOKS = 0x1e,

    /* The table of shared ranges is full: accesses to this one will not be announced. */
    ANNOUNCE_UNWATCHED = 0x1f,

    /* Calls: announced as attempts, and with ANNOUNCE_DONE added when they return. */
    ANNOUNCE_SEM_INIT = 0x20,
    ANNOUNCE_SEM_DESTROY = 0x21,
    ANNOUNCE_SEM_OPEN = 0x22,
    ANNOUNCE_SEM_CLOSE = 0x23,
    ANNOUNCE_SEM_UNLINK = 0x24,
    ANNOUNCE_SEM_WAIT = 0x25,
    ANNOUNCE_SEM_TRYWAIT = 0x26,
    ANNOUNCE_SEM_TIMEDWAIT = 0x27,
    ANNOUNCE_SEM_CLOCKWAIT = 0x28,
    ANNOUNCE_SEM_POST = 0x29,
    ANNOUNCE_SEM_GETVALUE = 0x2a,

    ANNOUNCE_PTHREAD_MUTEX_INIT = 0x30,
    ANNOUNCE_PTHREAD_MUTEX_DESTROY = 0x31,
    ANNOUNCE_PTHREAD_MUTEX_LOCK = 0x32,
    ANNOUNCE_PTHREAD_MUTEX_TRYLOCK = 0x33,
    ANNOUNCE_PTHREAD_MUTEX_TIMEDLOCK = 0x34,
    ANNOUNCE_PTHREAD_MUTEX_CLOCKLOCK = 0x35,
    ANNOUNCE_PTHREAD_MUTEX_UNLOCK = 0x36,
    ANNOUNCE_PTHREAD_MUTEX_CONSISTENT = 0x37,

    ANNOUNCE_PTHREAD_COND_INIT = 0x40,
    ANNOUNCE_PTHREAD_COND_DESTROY = 0x41,
    ANNOUNCE_PTHREAD_COND_WAIT = 0x42,
    ANNOUNCE_PTHREAD_COND_TIMEDWAIT = 0x43,
    ANNOUNCE_PTHREAD_COND_CLOCKWAIT = 0x44,
    ANNOUNCE_PTHREAD_COND_SIGNAL = 0x45,
    ANNOUNCE_PTHREAD_COND_BROADCAST = 0x46,

    ANNOUNCE_PTHREAD_RWLOCK_INIT = 0x50,
    ANNOUNCE_PTHREAD_RWLOCK_DESTROY = 0x51,
    ANNOUNCE_PTHREAD_RWLOCK_RDLOCK = 0x52,
    ANNOUNCE_PTHREAD_RWLOCK_TRYRDLOCK = 0x53,
    ANNOUNCE_PTHREAD_RWLOCK_TIMEDRDLOCK = 0x54,
    ANNOUNCE_PTHREAD_RWLOCK_WRLOCK = 0x55,
    ANNOUNCE_PTHREAD_RWLOCK_TRYWRLOCK = 0x56,
    ANNOUNCE_PTHREAD_RWLOCK_TIMEDWRLOCK = 0x57,
    ANNOUNCE_PTHREAD_RWLOCK_UNLOCK = 0x58,

    ANNOUNCE_PTHREAD_BARRIER_INIT = 0x60,
    ANNOUNCE_PTHREAD_BARRIER_DESTROY = 0x61,
    ANNOUNCE_PTHREAD_BARRIER_WAIT = 0x62,

    ANNOUNCE_PTHREAD_SPIN_INIT = 0x68,
    ANNOUNCE_PTHREAD_SPIN_DESTROY = 0x69,
    ANNOUNCE_PTHREAD_SPIN_LOCK = 0x6a,
    ANNOUNCE_PTHREAD_SPIN_TRYLOCK = 0x6b,
    ANNOUNCE_PTHREAD_SPIN_UNLOCK = 0x6c,

    /* No call, but an access: the lock was found locked and will be tried again. */
    ANNOUNCE_PTHREAD_SPIN_BUSY = 0x6f,

    ANNOUNCE_PTHREAD_CREATE = 0x70,
    ANNOUNCE_PTHREAD_JOIN = 0x71,
    ANNOUNCE_PTHREAD_ONCE = 0x72,

    ANNOUNCE_DONE = 0x100,
};

/* Where the calling function returns to: in the program's own code, if that function is called by it. */
#define CALLER __builtin_return_address(0)

/* The program may define a function of the same name: then it gets its own. */
#define INTERPOSED __attribute__((weak))

/* Shared between the files of the run-time only. */
#define PRIVATE __attribute__((visibility("hidden")))

/*
 * A system call without the C library: errno stays as it is, and it works in a signal handler, in a child
 * of vfork, and before the C library is set up. Returns what the kernel returned.
 */
static inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    /* The first argument is wiped out: it could be taken for that of the program's next gettid. */
    __asm__ volatile("syscall\n\txorl %%edi, %%edi"
                     : "+a"(number), "+D"(a)
                     : "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "cc", "memory");
    return number;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
#else
#error "announcements are written for x86-64 and aarch64"
#endif
}

#if defined(__x86_64__)
#define ANNOUNCE_NR 186
#else
#define ANNOUNCE_NR 178
#endif

/*
 * Tells the tracer. Another process may run before it returns; what follows it happens without a further
 * stop.
 */
static inline void announce(unsigned code, const volatile void *address, size_t size, long extra1,
                            unsigned long extra2, const void *caller)
{
    raw_syscall(ANNOUNCE_NR, (long)(ANNOUNCE_MAGIC | code), (long)address, (long)size, extra1, (long)extra2,
                (long)caller);
}

/* ranges.c: which addresses other processes may see. */
PRIVATE _Bool ipcshim_shared(const volatile void *address, size_t size);
PRIVATE _Bool ipcshim_any_shared(void);
PRIVATE void ipcshim_add(const void *address, size_t size);
PRIVATE void ipcshim_remove(const void *address, size_t size);
PRIVATE size_t ipcshim_remove_at(const void *address);

/* strings.c: announced, and done. */
PRIVATE void *ipcshim_memmove(void *target, const void *source, size_t size, const void *caller);
PRIVATE void *ipcshim_memset(void *target, int byte, size_t size, const void *caller);

/* accesses.c: tells the tracer of an access, if others can see the memory. */
PRIVATE void ipcshim_access(unsigned code, const volatile void *address, size_t size, const void *caller);

#endif
