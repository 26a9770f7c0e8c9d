/*
 * Functions of the C library that handlers must not call, and that matter to the run-time for nothing else;
 * and where the program's stdout is: the tracer looks what is still in its buffer when the process forks,
 * executes another program, or ends.
 */
#include "unsafe.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

#include "real.h"

#define UNSAFE_FUNCTIONS(X) \
    X(fopen)                \
    X(fdopen)               \
    X(fclose)               \
    X(fflush)               \
    X(fputc)                \
    X(putc)                 \
    X(putchar)              \
    X(fgetc)                \
    X(getc)                 \
    X(getchar)              \
    X(getline)              \
    X(getdelim)             \
    X(perror)               \
    X(popen)                \
    X(pclose)               \
    X(exit)                 \
    X(vsyslog)

REAL_FUNCTIONS(UNSAFE_FUNCTIONS)

static void tell_stdout(void)
{
    announce(ANNOUNCE_STREAMS, &stdout, sizeof stdout, 0, 0, NULL);
}

__attribute__((section(".preinit_array"), used)) static void (*tell_stdout_first)(void) = tell_stdout;

#define WRAP(type, name, parameters, arguments) \
    INTERPOSED type name parameters             \
    {                                           \
        UNSAFE(#name);                          \
        return real.name arguments;             \
    }

WRAP(FILE *, fopen, (const char *restrict path, const char *restrict mode), (path, mode))
WRAP(FILE *, fdopen, (int fd, const char *mode), (fd, mode))
WRAP(int, fclose, (FILE * stream), (stream))
WRAP(int, fflush, (FILE * stream), (stream))
WRAP(int, fputc, (int byte, FILE *stream), (byte, stream))
WRAP(int, putc, (int byte, FILE *stream), (byte, stream))
WRAP(int, putchar, (int byte), (byte))
WRAP(int, fgetc, (FILE * stream), (stream))
WRAP(int, getc, (FILE * stream), (stream))
WRAP(int, getchar, (void), ())
WRAP(ssize_t, getline, (char **restrict line, size_t *restrict size, FILE *restrict stream),
     (line, size, stream))
WRAP(ssize_t, getdelim, (char **restrict line, size_t *restrict size, int end, FILE *restrict stream),
     (line, size, end, stream))
WRAP(FILE *, popen, (const char *command, const char *mode), (command, mode))
WRAP(int, pclose, (FILE * stream), (stream))

INTERPOSED void perror(const char *text)
{
    UNSAFE("perror");
    real.perror(text);
}

INTERPOSED void exit(int status)
{
    UNSAFE("exit");
    real.exit(status);
    __builtin_unreachable();
}

INTERPOSED void vsyslog(int priority, const char *format, va_list arguments)
{
    UNSAFE("syslog");
    real.vsyslog(priority, format, arguments);
}

INTERPOSED void syslog(int priority, const char *format, ...)
{
    UNSAFE("syslog");
    va_list arguments;
    va_start(arguments, format);
    real.vsyslog(priority, format, arguments);
    va_end(arguments);
}
