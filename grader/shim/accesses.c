/*
 * Accesses to memory: which are announced, and which are written down without a stop.
 *
 * An announced access is a point where another process may be let run first, and costs a stop. A loop over a
 * large buffer would drown the run, so of each place in the program only the first accesses of an epoch are
 * announced: until the thread does something by which another one may learn of what it has done. Further
 * ones go into the thread's log, which the tracer reads whenever the thread stops, before anybody else runs:
 * nothing is lost, and what is repeated or adjacent becomes one entry.
 *
 * Of a process with several threads, memory that only they share is written down, too, except what a thread
 * does to its own stack.
 *
 * A log is used by one thread and by its signal handlers, which find it `busy` if they have interrupted a
 * change of it; a child of vfork goes on with its parent's, a child of fork with a copy.
 */
#include "accesses.h"

#include <pthread.h>
#include <sys/single_threaded.h>

#define ANNOUNCED_MAX 32 /* of one place in an epoch */
#define PLACES 64
#define LOOK_BACK 8
#define SILENT_MAX 4096
#define SILENT_MAX_WRITING (1U << 24)

/* What stands here is read by the tracer: grader/tracer/log.py. */
struct entry {
    uint64_t caller;
    uint64_t code;
    uint64_t start;
    uint64_t end;
};

struct log {
    volatile uint64_t head; /* entries ever written */
    volatile uint64_t tail; /* entries ever read; the tracer's */
    volatile uint64_t epoch; /* both change it */
    volatile uint64_t spent; /* a place has used up what is announced of it in this epoch */
    struct entry entries[LOG_ENTRIES];
};

struct place {
    const void *caller;
    uint64_t epoch;
    unsigned count;
};

static __thread struct log own_log __attribute__((tls_model("initial-exec")));
static __thread struct place places[PLACES] __attribute__((tls_model("initial-exec")));
static __thread volatile unsigned char busy __attribute__((tls_model("initial-exec")));
static __thread _Bool known __attribute__((tls_model("initial-exec")));
static __thread unsigned silent __attribute__((tls_model("initial-exec")));
static __thread unsigned silent_max __attribute__((tls_model("initial-exec"))) = SILENT_MAX;
static __thread _Bool stored __attribute__((tls_model("initial-exec")));

/* From ld.so: the far end of the first thread's stack. */
extern void *__libc_stack_end __attribute__((weak));

_Bool ipcshim_threaded;
static _Bool logging; /* some thread has written down an access to private memory */

_Bool ipcshim_concurrent(void)
{
    return ipcshim_threaded || !__libc_single_threaded;
}

void ipcshim_new_epoch(void)
{
    own_log.epoch++;
    own_log.spent = 0;
    silent = 0;
    silent_max = SILENT_MAX;
}

/* A thread's descriptor, which pthread_self gives, lies at the far end of its stack. */
static _Bool on_own_stack(const volatile void *address)
{
    uintptr_t at = (uintptr_t)address, here = (uintptr_t)__builtin_frame_address(0);
    uintptr_t end = (uintptr_t)pthread_self();
    if (here > end || end - here > STACK_MAX)
        end = &__libc_stack_end ? (uintptr_t)__libc_stack_end : 0;
    return here <= at && at < end;
}

/* Whether a place has not yet used up what is announced of it in this epoch. */
static _Bool fresh(const void *caller)
{
    struct place *place = &places[((uintptr_t)caller >> 2) % PLACES];
    if (place->caller != caller || place->epoch != own_log.epoch) {
        place->caller = caller;
        place->epoch = own_log.epoch;
        place->count = 0;
    }
    if (place->count < ANNOUNCED_MAX) {
        place->count++;
        return 1;
    }
    own_log.spent = 1;
    return 0;
}

/* An announcement that begins no new epoch, as other stops of the thread do. */
static void tell(unsigned code, const volatile void *address, size_t size, long extra, const void *caller)
{
    uint64_t spent = own_log.spent;
    own_log.spent = 0;
    announce(code, address, size, extra, 0, caller);
    own_log.spent = spent;
}

static _Bool is_load(unsigned code)
{
    return code == ANNOUNCE_LOAD || code == ANNOUNCE_VOLATILE_LOAD || code == ANNOUNCE_READ_RANGE;
}

enum made { NOTHING_NEW, LONGER, ANOTHER };

/* Makes an entry that is there cover an access, too: ANOTHER if none can, or the tracer has just read it. */
static enum made join(unsigned code, uint64_t start, uint64_t end, uint64_t caller)
{
    uint64_t tail = own_log.tail, head = own_log.head;
    for (uint64_t i = head; i > tail && head - i < LOOK_BACK; i--) {
        struct entry *entry = &own_log.entries[(i - 1) % LOG_ENTRIES];
        if (entry->code == ANNOUNCE_FREED)
            return ANOTHER;
        if (entry->code != code || entry->caller != caller || start > entry->end || end < entry->start)
            continue;
        if (entry->start <= start && end <= entry->end)
            return own_log.tail == tail ? NOTHING_NEW : ANOTHER;
        if (start < entry->start)
            entry->start = start;
        if (end > entry->end)
            entry->end = end;
        return own_log.tail == tail ? LONGER : ANOTHER;
    }
    return ANOTHER;
}

static enum made write_down(unsigned code, const volatile void *address, size_t size, const void *caller)
{
    uint64_t start = (uint64_t)address, end = start + size;
    enum made made = code == ANNOUNCE_FREED ? ANOTHER : join(code, start, end, (uint64_t)caller);
    if (made != ANOTHER)
        return made;
    if (!known || own_log.head - own_log.tail >= LOG_ENTRIES) {
        known = 1;
        tell(ANNOUNCE_LOG, &own_log, sizeof own_log, 0, caller);
        if (own_log.head - own_log.tail >= LOG_ENTRIES)
            own_log.tail = own_log.head; /* nobody reads it */
    }
    own_log.entries[own_log.head % LOG_ENTRIES] = (struct entry){(uint64_t)caller, code, start, end};
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    own_log.head++;
    return made;
}

/*
 * Who does the same over and over may wait for somebody else, who has to be let run. Who goes on along a buffer
 * does not; who writes may, but is more likely to work, and is asked ever more seldom.
 */
static _Bool has_looked_enough(_Bool load)
{
    if (!load)
        stored = 1;
    if (++silent < silent_max)
        return 0;
    silent = 0;
    silent_max = stored && silent_max < SILENT_MAX_WRITING ? 2 * silent_max : silent_max;
    return 1;
}

void ipcshim_access(unsigned code, const volatile void *address, size_t size, const void *caller)
{
    _Bool shared = ipcshim_shared(address, size);
    if (!shared && (size == 0 || !ipcshim_concurrent() || on_own_stack(address)))
        return;
    if (shared && (busy || fresh(caller))) {
        tell(code, address, size, 0, caller);
        return;
    }
    if (busy)
        return;
    busy = 1;
    if (!shared)
        logging = 1;
    enum made made = write_down(code, address, size, caller);
    busy = 0;
    if (made != LONGER && has_looked_enough(is_load(code))) {
        tell(ANNOUNCE_LOOKS, address, size, stored, caller);
        stored = 0;
    }
}

/* What is known of this memory no longer holds: it will be somebody else's. */
void ipcshim_freed(const void *address, size_t size, const void *caller)
{
    if (address == NULL || size == 0 || !logging || busy || !ipcshim_concurrent())
        return;
    busy = 1;
    write_down(ANNOUNCE_FREED, address, size, caller);
    busy = 0;
}
