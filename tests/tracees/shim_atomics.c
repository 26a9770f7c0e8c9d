/* Every atomic operation at every width: announced when shared, and its result right, shared or not. */
#include "shim_expect.h"
#include <stdatomic.h>
#include <sys/mman.h>

typedef unsigned __int128 wide;

struct shared {
    uint8_t byte;
    uint16_t half;
    uint32_t word;
    uint64_t twice;
    _Alignas(16) wide four;
    atomic_int counter;
    atomic_flag flag;
    int legacy;
};

#define ATOMIC(name, object, order, operand) \
    expect("atomic_" name " point", object, sizeof *(object), order, operand)

enum { RELAXED, CONSUME, ACQUIRE, RELEASE, ACQ_REL, SEQ_CST };

#ifdef __clang__
enum { TEST_AND_SET = SEQ_CST };
#else
enum { TEST_AND_SET = ACQUIRE };
#endif

/*
 * tell: whether `object` is shared. The values fit into a byte and the high half of `four` is looked at,
 * too.
 */
#define EXERCISE(type, object, tell)                                                                      \
    do {                                                                                                  \
        const type high = (type)((type)1 << (sizeof(type) * 8 - 1));                                      \
        if (tell)                                                                                         \
            ATOMIC("store", object, RELEASE, 12);                                                         \
        __atomic_store_n(object, 12, __ATOMIC_RELEASE);                                                   \
        if (tell)                                                                                         \
            ATOMIC("load", object, ACQUIRE, 0);                                                           \
        CHECK(__atomic_load_n(object, __ATOMIC_ACQUIRE) == 12);                                           \
        if (tell)                                                                                         \
            ATOMIC("exchange", object, ACQ_REL, 10);                                                      \
        CHECK(__atomic_exchange_n(object, 10, __ATOMIC_ACQ_REL) == 12);                                   \
        if (tell)                                                                                         \
            ATOMIC("fetch_add", object, RELAXED, 5);                                                      \
        CHECK(__atomic_fetch_add(object, 5, __ATOMIC_RELAXED) == 10);                                     \
        if (tell)                                                                                         \
            ATOMIC("fetch_sub", object, SEQ_CST, 3);                                                      \
        CHECK(__atomic_fetch_sub(object, 3, __ATOMIC_SEQ_CST) == 15);                                     \
        if (tell)                                                                                         \
            ATOMIC("fetch_and", object, SEQ_CST, 6);                                                      \
        CHECK(__atomic_fetch_and(object, 6, __ATOMIC_SEQ_CST) == 12);                                     \
        if (tell)                                                                                         \
            ATOMIC("fetch_or", object, SEQ_CST, 3);                                                       \
        CHECK(__atomic_fetch_or(object, 3, __ATOMIC_SEQ_CST) == 4);                                       \
        if (tell)                                                                                         \
            ATOMIC("fetch_xor", object, SEQ_CST, 2);                                                      \
        CHECK(__atomic_fetch_xor(object, 2, __ATOMIC_SEQ_CST) == 7);                                      \
        if (tell)                                                                                         \
            ATOMIC("fetch_nand", object, SEQ_CST, 4);                                                     \
        CHECK(__atomic_fetch_nand(object, 4, __ATOMIC_SEQ_CST) == 5);                                     \
        type expected = 0;                                                                                \
        if (tell)                                                                                         \
            ATOMIC("compare_exchange", object, ACQ_REL | RELAXED << 8, 0);                                \
        CHECK(!__atomic_compare_exchange_n(object, &expected, 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)); \
        CHECK(expected == (type) ~(type)4);                                                               \
        if (tell)                                                                                         \
            ATOMIC("compare_exchange", object, SEQ_CST | SEQ_CST << 8, (uint64_t)expected);               \
        CHECK(                                                                                            \
            __atomic_compare_exchange_n(object, &expected, high, 1, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)); \
        if (tell)                                                                                         \
            ATOMIC("load", object, SEQ_CST, 0);                                                           \
        CHECK(__atomic_load_n(object, __ATOMIC_SEQ_CST) == high);                                         \
    } while (0)

static void all_widths(struct shared *s, int tell)
{
    EXERCISE(uint8_t, &s->byte, tell);
    EXERCISE(uint16_t, &s->half, tell);
    EXERCISE(uint32_t, &s->word, tell);
    EXERCISE(uint64_t, &s->twice, tell);
#ifndef __clang__ /* makes library calls of these, -fsanitize=thread or not */
    EXERCISE(wide, &s->four, tell);
#endif
}

/* The operations as programs write them. */
static void in_c11(struct shared *s)
{
    ATOMIC("fetch_add", &s->counter, SEQ_CST, 1);
    s->counter++;
    ATOMIC("load", &s->counter, SEQ_CST, 0);
    CHECK(s->counter == 1);
    ATOMIC("exchange", (char *)&s->flag, SEQ_CST, 1);
    CHECK(!atomic_flag_test_and_set(&s->flag));
    ATOMIC("store", (char *)&s->flag, SEQ_CST, 0);
    atomic_flag_clear(&s->flag);
    expect("atomic_fence point", NULL, 0, RELEASE, 0);
    atomic_thread_fence(memory_order_release);
    atomic_signal_fence(memory_order_release);
}

static void legacy(struct shared *s)
{
    ATOMIC("fetch_add", &s->legacy, SEQ_CST, 4);
    CHECK(__sync_fetch_and_add(&s->legacy, 4) == 0);
    ATOMIC("compare_exchange", &s->legacy, SEQ_CST | SEQ_CST << 8, 4);
    CHECK(__sync_bool_compare_and_swap(&s->legacy, 4, 5));
    ATOMIC("exchange", &s->legacy, TEST_AND_SET, 1);
    CHECK(__sync_lock_test_and_set(&s->legacy, 1) == 5);
    ATOMIC("store", &s->legacy, RELEASE, 0);
    __sync_lock_release(&s->legacy);
    expect("atomic_fence point", NULL, 0, SEQ_CST, 0);
    __sync_synchronize();
}

static struct shared own;

int main(void)
{
    all_widths(&own, 0);
    __sync_synchronize(); /* nothing shared yet: nobody's business */
    struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(s != MAP_FAILED);
    all_widths(&own, 0);
    all_widths(s, 1);
    in_c11(s);
    legacy(s);
    return 0;
}
