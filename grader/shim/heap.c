/*
 * Memory that is given back: the next one to get it has nothing to do with those who had it before, though
 * nothing that is announced puts them in order.
 */
#include "accesses.h"
#include "unsafe.h"

#include <malloc.h>
#include <stdlib.h>

/* The C library's own, under names that nobody interposes. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void __libc_free(void *block);
void *__libc_realloc(void *block, size_t size);

INTERPOSED void *malloc(size_t size)
{
    UNSAFE("malloc");
    return __libc_malloc(size);
}

INTERPOSED void *calloc(size_t count, size_t size)
{
    UNSAFE("calloc");
    return __libc_calloc(count, size);
}

INTERPOSED void free(void *block)
{
    UNSAFE("free");
    if (block != NULL)
        ipcshim_freed(block, malloc_usable_size(block), CALLER);
    __libc_free(block);
}

INTERPOSED void *realloc(void *block, size_t size)
{
    UNSAFE("realloc");
    if (block != NULL)
        ipcshim_freed(block, malloc_usable_size(block), CALLER);
    return __libc_realloc(block, size);
}
