/*
 * The functions that `-fsanitize=thread` puts in place of atomic operations: announced and done here.
 *
 * The memory order is an ordinary argument, so the compiler could only take the strongest; it is written
 * out below. The order that the program asked for is announced: it decides what the operation synchronises.
 */
#include "accesses.h"

#define STRONGEST __ATOMIC_SEQ_CST

static inline void access_atomic(unsigned code, const volatile void *address, size_t size, int order,
                                 uint64_t operand, const void *caller)
{
    if (!ipcshim_shared(address, size) && !ipcshim_concurrent())
        return;
    announce(code, address, size, order, operand, caller);
    ipcshim_new_epoch();
}

#define FETCH(bits, type, operation, code, DO)                                                 \
    type __tsan_atomic##bits##_fetch_##operation(volatile type *object, type value, int order) \
    {                                                                                          \
        access_atomic(code, object, bits / 8, order, (uint64_t)value, CALLER);                 \
        return DO##_fetch_##operation(object, value);                                          \
    }

/*
 * gcc takes an address for the expected value and wants to know whether it was found; clang takes the value
 * and wants the one found. A weak exchange is done as a strong one. The order upon failure is announced in
 * bits 8 to 15.
 */
#define ATOMICS(bits, type, DO)                                                                          \
    type __tsan_atomic##bits##_load(const volatile type *object, int order)                              \
    {                                                                                                    \
        access_atomic(ANNOUNCE_ATOMIC_LOAD, object, bits / 8, order, 0, CALLER);                         \
        return DO##_load(object);                                                                        \
    }                                                                                                    \
    void __tsan_atomic##bits##_store(volatile type *object, type value, int order)                       \
    {                                                                                                    \
        access_atomic(ANNOUNCE_ATOMIC_STORE, object, bits / 8, order, (uint64_t)value, CALLER);          \
        (void)DO##_exchange(object, value);                                                              \
    }                                                                                                    \
    type __tsan_atomic##bits##_exchange(volatile type *object, type value, int order)                    \
    {                                                                                                    \
        access_atomic(ANNOUNCE_ATOMIC_EXCHANGE, object, bits / 8, order, (uint64_t)value, CALLER);       \
        return DO##_exchange(object, value);                                                             \
    }                                                                                                    \
    FETCH(bits, type, add, ANNOUNCE_ATOMIC_FETCH_ADD, DO)                                                \
    FETCH(bits, type, sub, ANNOUNCE_ATOMIC_FETCH_SUB, DO)                                                \
    FETCH(bits, type, and, ANNOUNCE_ATOMIC_FETCH_AND, DO)                                                \
    FETCH(bits, type, or, ANNOUNCE_ATOMIC_FETCH_OR, DO)                                                  \
    FETCH(bits, type, xor, ANNOUNCE_ATOMIC_FETCH_XOR, DO)                                                \
    FETCH(bits, type, nand, ANNOUNCE_ATOMIC_FETCH_NAND, DO)                                              \
    static int exchange_if##bits(volatile type *object, type *expected, type value, int order,           \
                                 int failure, const void *caller)                                        \
    {                                                                                                    \
        access_atomic(ANNOUNCE_ATOMIC_COMPARE_EXCHANGE, object, bits / 8, order | failure << 8,          \
                      (uint64_t)*expected, caller);                                                      \
        return DO##_compare_exchange(object, expected, value);                                           \
    }                                                                                                    \
    int __tsan_atomic##bits##_compare_exchange_strong(volatile type *object, type *expected, type value, \
                                                      int order, int failure)                            \
    {                                                                                                    \
        return exchange_if##bits(object, expected, value, order, failure, CALLER);                       \
    }                                                                                                    \
    int __tsan_atomic##bits##_compare_exchange_weak(volatile type *object, type *expected, type value,   \
                                                    int order, int failure)                              \
    {                                                                                                    \
        return exchange_if##bits(object, expected, value, order, failure, CALLER);                       \
    }                                                                                                    \
    type __tsan_atomic##bits##_compare_exchange_val(volatile type *object, type expected, type value,    \
                                                    int order, int failure)                              \
    {                                                                                                    \
        exchange_if##bits(object, &expected, value, order, failure, CALLER);                             \
        return expected;                                                                                 \
    }

/* Up to 64 bits the compiler knows how. */
#define native_load(object) __atomic_load_n(object, STRONGEST)
#define native_exchange(object, value) __atomic_exchange_n(object, value, STRONGEST)
#define native_fetch_add(object, value) __atomic_fetch_add(object, value, STRONGEST)
#define native_fetch_sub(object, value) __atomic_fetch_sub(object, value, STRONGEST)
#define native_fetch_and(object, value) __atomic_fetch_and(object, value, STRONGEST)
#define native_fetch_or(object, value) __atomic_fetch_or(object, value, STRONGEST)
#define native_fetch_xor(object, value) __atomic_fetch_xor(object, value, STRONGEST)
#define native_fetch_nand(object, value) __atomic_fetch_nand(object, value, STRONGEST)
#define native_compare_exchange(object, expected, value) \
    __atomic_compare_exchange_n(object, expected, value, 0, STRONGEST, STRONGEST)

ATOMICS(8, uint8_t, native)
ATOMICS(16, uint16_t, native)
ATOMICS(32, uint32_t, native)
ATOMICS(64, uint64_t, native)

/*
 * 128 bits: the __atomic functions would need libatomic, which a program is not linked with. All is made of
 * one compare-and-swap, a load too (of 0 for 0: it changes nothing, but the page must be writable).
 */
typedef unsigned __int128 uint128;

static uint128 swap_if(volatile uint128 *object, uint128 expected, uint128 value)
{
#if defined(__x86_64__)
    uint64_t low = (uint64_t)expected, high = (uint64_t)(expected >> 64);
    __asm__ volatile("lock cmpxchg16b %0"
                     : "+m"(*object), "+a"(low), "+d"(high)
                     : "b"((uint64_t)value), "c"((uint64_t)(value >> 64))
                     : "cc", "memory");
    return (uint128)high << 64 | low;
#else
    return __sync_val_compare_and_swap(object, expected, value);
#endif
}

static uint128 wide_load(const volatile uint128 *object)
{
    return swap_if((volatile uint128 *)object, 0, 0);
}

static int wide_compare_exchange(volatile uint128 *object, uint128 *expected, uint128 value)
{
    uint128 found = swap_if(object, *expected, value);
    if (found == *expected)
        return 1;
    *expected = found;
    return 0;
}

#define WIDE(name, result)                                              \
    static uint128 wide_##name(volatile uint128 *object, uint128 value) \
    {                                                                   \
        uint128 old = wide_load(object);                                \
        while (!wide_compare_exchange(object, &old, result))            \
            ;                                                           \
        return old;                                                     \
    }

WIDE(exchange, value)
WIDE(fetch_add, old + value)
WIDE(fetch_sub, old - value)
WIDE(fetch_and, old &value)
WIDE(fetch_or, old | value)
WIDE(fetch_xor, old ^ value)
WIDE(fetch_nand, ~(old &value))

ATOMICS(128, uint128, wide)

void __tsan_atomic_thread_fence(int order)
{
    if (ipcshim_any_shared() || ipcshim_concurrent())
        announce(ANNOUNCE_ATOMIC_FENCE, 0, 0, order, 0, CALLER);
    __atomic_thread_fence(STRONGEST);
}

void __tsan_atomic_signal_fence(int order)
{
    (void)order;
    __atomic_signal_fence(STRONGEST);
}
