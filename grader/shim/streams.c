/*
 * Functions of <stdio.h> that take from or put into shared memory. Reading is announced before. What comes
 * from a stream is announced after it has come: only then is its size known, and nothing else happens in
 * between.
 */
#include "accesses.h"
#include "formats.h"
#include "unsafe.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "real.h"

/* What scanf is in a program of standard C. */
int __isoc99_vfscanf(FILE *stream, const char *format, va_list arguments);
int __isoc99_vsscanf(const char *text, const char *format, va_list arguments);

#define STREAM_FUNCTIONS(X) \
    X(strlen)               \
    X(fputs)                \
    X(puts)                 \
    X(fwrite)               \
    X(fread)                \
    X(fgets)                \
    X(vfprintf)             \
    X(vdprintf)             \
    X(vsprintf)             \
    X(vsnprintf)            \
    X(vfscanf)              \
    X(vsscanf)              \
    X(__isoc99_vfscanf)     \
    X(__isoc99_vsscanf)

REAL_FUNCTIONS(STREAM_FUNCTIONS)

#define READS(address, size) ipcshim_access(ANNOUNCE_READ_RANGE, address, size, CALLER)
#define WRITES(address, size) ipcshim_access(ANNOUNCE_WRITE_RANGE, address, size, CALLER)

INTERPOSED int fputs(const char *restrict text, FILE *restrict stream)
{
    UNSAFE("fputs");
    READS(text, real.strlen(text) + 1);
    return real.fputs(text, stream);
}

INTERPOSED int puts(const char *text)
{
    UNSAFE("puts");
    READS(text, real.strlen(text) + 1);
    return real.puts(text);
}

INTERPOSED size_t fwrite(const void *restrict source, size_t size, size_t count, FILE *restrict stream)
{
    UNSAFE("fwrite");
    READS(source, size * count);
    return real.fwrite(source, size, count, stream);
}

INTERPOSED size_t fread(void *restrict target, size_t size, size_t count, FILE *restrict stream)
{
    UNSAFE("fread");
    size_t done = real.fread(target, size, count, stream);
    WRITES(target, size * done);
    return done;
}

INTERPOSED char *fgets(char *restrict target, int size, FILE *restrict stream)
{
    UNSAFE("fgets");
    char *line = real.fgets(target, size, stream);
    if (line != NULL)
        WRITES(line, real.strlen(line) + 1);
    return line;
}

/*
 * Each function that formats has a form with "..." and one with a va_list. Both come down to one of these,
 * with the caller's address.
 */
static int print(FILE *stream, const char *format, va_list arguments, const void *caller)
{
    ipcshim_printf_reads(format, arguments, caller);
    return real.vfprintf(stream, format, arguments);
}

static int print_fd(int fd, const char *format, va_list arguments, const void *caller)
{
    ipcshim_printf_reads(format, arguments, caller);
    return real.vdprintf(fd, format, arguments);
}

/* Formats once without a target, to learn the length: it must be announced before. */
static void announce_formatted(const char *target, size_t size_max, const char *format, va_list arguments,
                               const void *caller)
{
    ipcshim_printf_reads(format, arguments, caller);
    if (size_max == 0 || (!ipcshim_shared(target, 1) && !ipcshim_concurrent()))
        return;
    va_list copy;
    va_copy(copy, arguments);
    int length = real.vsnprintf(NULL, 0, format, copy);
    va_end(copy);
    size_t size = length < 0 ? 0 : (size_t)length + 1;
    ipcshim_access(ANNOUNCE_WRITE_RANGE, target, size < size_max ? size : size_max, caller);
}

static int print_string(char *target, size_t size_max, const char *format, va_list arguments,
                        const void *caller)
{
    announce_formatted(target, size_max, format, arguments, caller);
    return real.vsnprintf(target, size_max, format, arguments);
}

/*
 * Not vsnprintf without a limit, which empties the target first: a program may wrongly format a string
 * into itself.
 */
static int print_unlimited(char *target, const char *format, va_list arguments, const void *caller)
{
    announce_formatted(target, SIZE_MAX, format, arguments, caller);
    return real.vsprintf(target, format, arguments);
}

typedef int scan_stream(FILE *, const char *, va_list);
typedef int scan_string(const char *, const char *, va_list);

static int scan(scan_stream *convert, FILE *stream, const char *format, va_list arguments,
                const void *caller)
{
    va_list copy;
    va_copy(copy, arguments);
    int converted = convert(stream, format, arguments);
    ipcshim_scanf_writes(format, copy, converted, caller);
    va_end(copy);
    return converted;
}

static int scan_text(scan_string *convert, const char *text, const char *format, va_list arguments,
                     const void *caller)
{
    ipcshim_access(ANNOUNCE_READ_RANGE, text, real.strlen(text) + 1, caller);
    va_list copy;
    va_copy(copy, arguments);
    int converted = convert(text, format, arguments);
    ipcshim_scanf_writes(format, copy, converted, caller);
    va_end(copy);
    return converted;
}

/* Calls DO with the arguments behind `format` as a va_list. */
#define WITH_ARGUMENTS(DO)       \
    va_list arguments;           \
    va_start(arguments, format); \
    int result = DO;             \
    va_end(arguments);           \
    return result

INTERPOSED int printf(const char *restrict format, ...)
{
    UNSAFE("printf");
    WITH_ARGUMENTS(print(stdout, format, arguments, CALLER));
}

INTERPOSED int vprintf(const char *restrict format, va_list arguments)
{
    UNSAFE("vprintf");
    return print(stdout, format, arguments, CALLER);
}

INTERPOSED int fprintf(FILE *restrict stream, const char *restrict format, ...)
{
    UNSAFE("fprintf");
    WITH_ARGUMENTS(print(stream, format, arguments, CALLER));
}

INTERPOSED int vfprintf(FILE *restrict stream, const char *restrict format, va_list arguments)
{
    UNSAFE("vfprintf");
    return print(stream, format, arguments, CALLER);
}

INTERPOSED int dprintf(int fd, const char *restrict format, ...)
{
    WITH_ARGUMENTS(print_fd(fd, format, arguments, CALLER));
}

INTERPOSED int vdprintf(int fd, const char *restrict format, va_list arguments)
{
    return print_fd(fd, format, arguments, CALLER);
}

INTERPOSED int sprintf(char *restrict target, const char *restrict format, ...)
{
    WITH_ARGUMENTS(print_unlimited(target, format, arguments, CALLER));
}

INTERPOSED int vsprintf(char *restrict target, const char *restrict format, va_list arguments)
{
    return print_unlimited(target, format, arguments, CALLER);
}

INTERPOSED int snprintf(char *restrict target, size_t size_max, const char *restrict format, ...)
{
    WITH_ARGUMENTS(print_string(target, size_max, format, arguments, CALLER));
}

INTERPOSED int vsnprintf(char *restrict target, size_t size_max, const char *restrict format,
                         va_list arguments)
{
    return print_string(target, size_max, format, arguments, CALLER);
}

/*
 * Under the names that calls of scanf have in an object file; the headers decide which of them a program
 * uses.
 */
#define SCANNERS(name, prefix, stream_function, text_function)                                   \
    int name##_scanf(const char *restrict, ...) __asm__(prefix "scanf");                         \
    int name##_fscanf(FILE *restrict, const char *restrict, ...) __asm__(prefix "fscanf");       \
    int name##_sscanf(const char *restrict, const char *restrict, ...) __asm__(prefix "sscanf"); \
    INTERPOSED int name##_scanf(const char *restrict format, ...)                                \
    {                                                                                            \
        UNSAFE("scanf");                                                                         \
        WITH_ARGUMENTS(scan(stream_function, stdin, format, arguments, CALLER));                 \
    }                                                                                            \
    INTERPOSED int name##_fscanf(FILE *restrict stream, const char *restrict format, ...)        \
    {                                                                                            \
        UNSAFE("fscanf");                                                                        \
        WITH_ARGUMENTS(scan(stream_function, stream, format, arguments, CALLER));                \
    }                                                                                            \
    INTERPOSED int name##_sscanf(const char *restrict text, const char *restrict format, ...)    \
    {                                                                                            \
        WITH_ARGUMENTS(scan_text(text_function, text, format, arguments, CALLER));               \
    }

SCANNERS(gnu, "", real.vfscanf, real.vsscanf)
SCANNERS(c99, "__isoc99_", real.__isoc99_vfscanf, real.__isoc99_vsscanf)
SCANNERS(c23, "__isoc23_", real.__isoc99_vfscanf, real.__isoc99_vsscanf)
