/*
 * The table of address ranges that other processes may see.
 *
 * Read at every memory access of the program, by any thread, in signal handlers and in children of fork and
 * vfork, while others change it: so it has no locks and needs no memory. A slot is one word, changed by
 * compare-and-swap: the number of the first page in the upper 36 bits, the number of pages in the lower 28;
 * 0 is a free slot. fork copies the table, exec starts an empty one.
 *
 * A range may be in the table several times: once for each sem_open of the same semaphore.
 */
#include "announce.h"

#define SLOTS 512
#define PAGE_BITS 12
#define COUNT_BITS 28
#define COUNT_MAX ((1UL << COUNT_BITS) - 1)

static uint64_t slots[SLOTS];
static unsigned slots_used; /* no slot at or above this one was ever used */

static uint64_t first_page(uint64_t slot)
{
    return slot >> COUNT_BITS;
}

static uint64_t end_page(uint64_t slot)
{
    return (slot >> COUNT_BITS) + (slot & COUNT_MAX);
}

static uint64_t make_slot(uint64_t first, uint64_t end)
{
    uint64_t count = end - first;
    return end <= first ? 0 : first << COUNT_BITS | (count < COUNT_MAX ? count : COUNT_MAX);
}

/* The pages that hold these bytes; one at least. */
static uint64_t pages_of(const volatile void *address, size_t size)
{
    uintptr_t start = (uintptr_t)address;
    uintptr_t last = size ? start + size - 1 : start;
    return make_slot(start >> PAGE_BITS, (last >> PAGE_BITS) + 1);
}

static _Bool overlap(uint64_t slot, uint64_t wanted)
{
    return first_page(slot) < end_page(wanted) && first_page(wanted) < end_page(slot);
}

_Bool ipcshim_shared(const volatile void *address, size_t size)
{
    unsigned used = __atomic_load_n(&slots_used, __ATOMIC_ACQUIRE);
    if (used == 0 || size == 0)
        return 0;
    uint64_t wanted = pages_of(address, size);
    for (unsigned i = 0; i < used; i++) {
        uint64_t slot = __atomic_load_n(&slots[i], __ATOMIC_ACQUIRE);
        if (slot != 0 && overlap(slot, wanted))
            return 1;
    }
    return 0;
}

_Bool ipcshim_any_shared(void)
{
    return __atomic_load_n(&slots_used, __ATOMIC_ACQUIRE) != 0;
}

static void add_slot(uint64_t wanted)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        uint64_t free_slot = 0;
        if (!__atomic_compare_exchange_n(&slots[i], &free_slot, wanted, 0, __ATOMIC_ACQ_REL,
                                         __ATOMIC_RELAXED))
            continue;
        unsigned used = __atomic_load_n(&slots_used, __ATOMIC_RELAXED);
        while (used <= i && !__atomic_compare_exchange_n(&slots_used, &used, i + 1, 0, __ATOMIC_ACQ_REL,
                                                         __ATOMIC_RELAXED))
            ;
        return;
    }
    announce(ANNOUNCE_UNWATCHED, (void *)(first_page(wanted) << PAGE_BITS),
             (end_page(wanted) - first_page(wanted)) << PAGE_BITS, 0, 0, NULL);
}

void ipcshim_add(const void *address, size_t size)
{
    add_slot(pages_of(address, size));
}

/* Takes pages out, wherever they are; what a range has before and behind them stays. */
void ipcshim_remove(const void *address, size_t size)
{
    uint64_t gone = pages_of(address, size);
    unsigned used = __atomic_load_n(&slots_used, __ATOMIC_ACQUIRE);
    for (unsigned i = 0; i < used; i++) {
        uint64_t slot = __atomic_load_n(&slots[i], __ATOMIC_ACQUIRE);
        while (slot != 0 && overlap(slot, gone)) {
            uint64_t before = make_slot(first_page(slot), first_page(gone));
            uint64_t behind = make_slot(end_page(gone), end_page(slot));
            if (!__atomic_compare_exchange_n(&slots[i], &slot, before ? before : behind, 0,
                                             __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
                continue;
            if (before && behind)
                add_slot(behind);
            break;
        }
    }
}

/* Takes out one range that begins here; says how many bytes it had, 0 if there is none. */
size_t ipcshim_remove_at(const void *address)
{
    uint64_t first = (uintptr_t)address >> PAGE_BITS;
    unsigned used = __atomic_load_n(&slots_used, __ATOMIC_ACQUIRE);
    for (unsigned i = 0; i < used; i++) {
        uint64_t slot = __atomic_load_n(&slots[i], __ATOMIC_ACQUIRE);
        while (slot != 0 && first_page(slot) == first) {
            if (__atomic_compare_exchange_n(&slots[i], &slot, 0, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
                return (end_page(slot) - first) << PAGE_BITS;
        }
    }
    return 0;
}
