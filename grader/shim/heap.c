/*
 * Memory that is given back: the next one to get it has nothing to do with those who had it before, though
 * nothing that is announced puts them in order.
 */
#include "accesses.h"

#include <malloc.h>
#include <stdlib.h>

/* The C library's own, under names that nobody interposes. */
void __libc_free(void *block);
void *__libc_realloc(void *block, size_t size);

INTERPOSED void free(void *block)
{
    if (block != NULL)
        ipcshim_freed(block, malloc_usable_size(block), CALLER);
    __libc_free(block);
}

INTERPOSED void *realloc(void *block, size_t size)
{
    if (block != NULL)
        ipcshim_freed(block, malloc_usable_size(block), CALLER);
    return __libc_realloc(block, size);
}
