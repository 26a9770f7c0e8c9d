/*
 * The functions that `-fsanitize=thread` makes gcc and clang call at each memory access. A program is
 * compiled with that flag and linked without it, so that these are called instead of ThreadSanitizer's own.
 *
 * The access is announced here and made by the program, right after. Atomic operations are in atomics.c.
 */
#include "announce.h"

/* Nothing to prepare, and no use for these. (The last ones come from C++ and clang.) */
void __tsan_init(void)
{
    /* Tells instrumented programs from others. */
    static const char marker[] = "ipc-grader: accesses are announced";
    __asm__ volatile("" ::"r"(marker));
}
void __tsan_func_entry(void *caller)
{
    (void)caller;
}
void __tsan_func_exit(void) {}
void __tsan_ignore_thread_begin(void) {}
void __tsan_ignore_thread_end(void) {}
void __tsan_vptr_update(void **pointer, void *value)
{
    (void)pointer, (void)value;
}
void __tsan_vptr_read(void **pointer)
{
    (void)pointer;
}

#define HOOK(name, code, size)                        \
    void __tsan_##name##size(void *address)           \
    {                                                 \
        ipcshim_access(code, address, size, CALLER); \
    }

/* clang has names of its own for accesses known to be misaligned; gcc reports those as ranges. */
#define ACCESSES(size)                                          \
    HOOK(read, ANNOUNCE_LOAD, size)                             \
    HOOK(write, ANNOUNCE_STORE, size)                           \
    HOOK(read_write, ANNOUNCE_LOAD_STORE, size)                 \
    HOOK(volatile_read, ANNOUNCE_VOLATILE_LOAD, size)           \
    HOOK(volatile_write, ANNOUNCE_VOLATILE_STORE, size)         \
    HOOK(unaligned_read, ANNOUNCE_LOAD, size)                   \
    HOOK(unaligned_write, ANNOUNCE_STORE, size)                 \
    HOOK(unaligned_read_write, ANNOUNCE_LOAD_STORE, size)       \
    HOOK(unaligned_volatile_read, ANNOUNCE_VOLATILE_LOAD, size) \
    HOOK(unaligned_volatile_write, ANNOUNCE_VOLATILE_STORE, size)

ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

void __tsan_read_range(void *address, size_t size)
{
    ipcshim_access(ANNOUNCE_READ_RANGE, address, size, CALLER);
}

void __tsan_write_range(void *address, size_t size)
{
    ipcshim_access(ANNOUNCE_WRITE_RANGE, address, size, CALLER);
}

/*
 * clang's names for what it makes of memcpy, memmove, memset and of copying a structure. strings.c has the
 * others.
 */
void *__tsan_memcpy(void *target, const void *source, size_t size)
{
    return ipcshim_memmove(target, source, size, CALLER);
}

void *__tsan_memmove(void *target, const void *source, size_t size)
{
    return ipcshim_memmove(target, source, size, CALLER);
}

void *__tsan_memset(void *target, int byte, size_t size)
{
    return ipcshim_memset(target, byte, size, CALLER);
}
