/*
 * Functions of <string.h> that read or fill shared memory: the compiler puts no hook into them. What they
 * are about to touch is announced as a range, exactly: a byte too many might accuse a program of a race
 * that it has not.
 */
#include "announce.h"

#include <string.h>
#include <strings.h>

#include "real.h"

#define STRING_FUNCTIONS(X) \
    X(memmove)              \
    X(memset)               \
    X(memcmp)               \
    X(strlen)               \
    X(strnlen)              \
    X(strcpy)               \
    X(stpcpy)               \
    X(strncpy)              \
    X(strcat)               \
    X(strncat)              \
    X(strcmp)               \
    X(strncmp)              \
    X(strchr)               \
    X(strrchr)              \
    X(strstr)               \
    X(strdup)               \
    X(atoi)                 \
    X(atol)                 \
    X(atof)

REAL_FUNCTIONS(STRING_FUNCTIONS)

#define READS(address, size) ipcshim_access(ANNOUNCE_READ_RANGE, address, size, CALLER)
#define WRITES(address, size) ipcshim_access(ANNOUNCE_WRITE_RANGE, address, size, CALLER)

/* Bytes of a string with its end, or as many as may be looked at. */
static size_t extent(const char *text, size_t size_max)
{
    size_t length = real.strnlen(text, size_max);
    return length < size_max ? length + 1 : size_max;
}

static size_t whole(const char *text)
{
    return real.strlen(text) + 1;
}

void *ipcshim_memmove(void *target, const void *source, size_t size, const void *caller)
{
    ipcshim_access(ANNOUNCE_READ_RANGE, source, size, caller);
    ipcshim_access(ANNOUNCE_WRITE_RANGE, target, size, caller);
    return real.memmove(target, source, size);
}

void *ipcshim_memset(void *target, int byte, size_t size, const void *caller)
{
    ipcshim_access(ANNOUNCE_WRITE_RANGE, target, size, caller);
    return real.memset(target, byte, size);
}

INTERPOSED void *memcpy(void *restrict target, const void *restrict source, size_t size)
{
    return ipcshim_memmove(target, source, size, CALLER);
}

INTERPOSED void *memmove(void *target, const void *source, size_t size)
{
    return ipcshim_memmove(target, source, size, CALLER);
}

INTERPOSED void *memset(void *target, int byte, size_t size)
{
    return ipcshim_memset(target, byte, size, CALLER);
}

INTERPOSED void bzero(void *target, size_t size)
{
    ipcshim_memset(target, 0, size, CALLER);
}

INTERPOSED int memcmp(const void *a, const void *b, size_t size)
{
    READS(a, size);
    READS(b, size);
    return real.memcmp(a, b, size);
}

INTERPOSED char *strcpy(char *restrict target, const char *restrict source)
{
    size_t size = whole(source);
    READS(source, size);
    WRITES(target, size);
    return real.strcpy(target, source);
}

INTERPOSED char *stpcpy(char *restrict target, const char *restrict source)
{
    size_t size = whole(source);
    READS(source, size);
    WRITES(target, size);
    return real.stpcpy(target, source);
}

INTERPOSED char *strncpy(char *restrict target, const char *restrict source, size_t size)
{
    READS(source, extent(source, size));
    WRITES(target, size); /* filled up with zeros */
    return real.strncpy(target, source, size);
}

INTERPOSED char *strcat(char *restrict target, const char *restrict source)
{
    size_t size = whole(source), before = real.strlen(target);
    READS(source, size);
    READS(target, before + 1);
    WRITES(target + before, size);
    return real.strcat(target, source);
}

INTERPOSED char *strncat(char *restrict target, const char *restrict source, size_t size_max)
{
    size_t before = real.strlen(target);
    READS(source, extent(source, size_max));
    READS(target, before + 1);
    WRITES(target + before, real.strnlen(source, size_max) + 1);
    return real.strncat(target, source, size_max);
}

INTERPOSED size_t strlen(const char *text)
{
    READS(text, whole(text));
    return real.strlen(text);
}

INTERPOSED size_t strnlen(const char *text, size_t size_max)
{
    READS(text, extent(text, size_max));
    return real.strnlen(text, size_max);
}

/* Up to the first difference, or the end of both. */
static size_t compared(const char *a, const char *b, size_t size_max)
{
    size_t i = 0;
    while (i < size_max && a[i] == b[i] && a[i] != '\0')
        i++;
    return i < size_max ? i + 1 : size_max;
}

INTERPOSED int strcmp(const char *a, const char *b)
{
    size_t size = compared(a, b, SIZE_MAX);
    READS(a, size);
    READS(b, size);
    return real.strcmp(a, b);
}

INTERPOSED int strncmp(const char *a, const char *b, size_t size_max)
{
    size_t size = compared(a, b, size_max);
    READS(a, size);
    READS(b, size);
    return real.strncmp(a, b, size_max);
}

INTERPOSED char *strchr(const char *text, int byte)
{
    const char *found = real.strchr(text, byte);
    READS(text, found ? (size_t)(found - text) + 1 : whole(text));
    return real.strchr(text, byte);
}

INTERPOSED char *strrchr(const char *text, int byte)
{
    READS(text, whole(text));
    return real.strrchr(text, byte);
}

INTERPOSED char *strstr(const char *text, const char *wanted)
{
    const char *found = real.strstr(text, wanted);
    READS(text, found ? (size_t)(found - text) + real.strlen(wanted) : whole(text));
    READS(wanted, whole(wanted));
    return real.strstr(text, wanted);
}

INTERPOSED char *strdup(const char *text)
{
    READS(text, whole(text));
    return real.strdup(text);
}

INTERPOSED int atoi(const char *text)
{
    READS(text, whole(text));
    return real.atoi(text);
}

INTERPOSED long atol(const char *text)
{
    READS(text, whole(text));
    return real.atol(text);
}

INTERPOSED double atof(const char *text)
{
    READS(text, whole(text));
    return real.atof(text);
}
