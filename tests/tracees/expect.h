/* A tracee prints the operations that its history should hold, one a line, as strace's tests do:

       PID CALL OBJECT = RESULT [blocked] @LINE {'name': value, ...}

   `-` stands for no object, an error's name for the result of a call that failed, `?` for a call that has not
   ended. The value lists what is compared, of the invoke and of the end together. See tests/system/expected.py. */
#ifndef EXPECT_H
#define EXPECT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char expected_text[32768];
static size_t expected_length;
static pid_t expected_by;

/* Notes an expectation; nothing is written until `told`. A child starts with none. */
__attribute__((format(printf, 2, 3), unused)) static void expected(int line, const char *format, ...)
{
    char entry[1024];
    va_list arguments;
    if (expected_by != getpid()) {
        expected_by = getpid();
        expected_length = 0;
    }
    va_start(arguments, format);
    vsnprintf(entry, sizeof entry, format, arguments);
    va_end(arguments);
    char *value = strstr(entry, " {");
    int head = value ? (int)(value - entry) : (int)strlen(entry);
    expected_length += (size_t)snprintf(expected_text + expected_length, sizeof expected_text - expected_length,
                                        "%d %.*s @%d%s\n", gettid(), head, entry, line, value ? value : "");
}

/* The operation of the line above, of this line, of some line. */
#define ABOVE(...) expected(__LINE__ - 1, __VA_ARGS__)
#define HERE(...) expected(__LINE__, __VA_ARGS__)
#define LINE(number, ...) expected(number, __VA_ARGS__)

/* Prints what was noted, in one write. */
__attribute__((unused)) static void told(void)
{
    if (expected_by == getpid() && expected_length && write(1, expected_text, expected_length) < 0)
        _exit(99);
    expected_length = 0;
}

__attribute__((noreturn, unused)) static void leave(int status)
{
    told();
    _exit(status);
}

/* Lets everybody else go on until nobody can. */
__attribute__((unused)) static void rest(void)
{
    nanosleep(&(struct timespec){0, 1000000}, NULL);
}

/* Ends the program when something is not so. */
#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            dprintf(2, "%s:%d: not so: %s (errno %d)\n", __FILE__, __LINE__, #condition, errno);                       \
            _exit(98);                                                                                                 \
        }                                                                                                              \
    } while (0)

#endif
