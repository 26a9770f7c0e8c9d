/* A tracee prints what it is about to announce, in the words of tests/unit/shim/trace_announcements.py. */
#ifndef SHIM_EXPECT_H
#define SHIM_EXPECT_H

#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void expect(const char *what, const volatile void *address, size_t size, long extra1,
                   unsigned long extra2)
{
    char line[160];
    int length = snprintf(line, sizeof line, "%d %s 0x%lx %zu %ld 0x%lx\n", gettid(), what,
                          (unsigned long)address, size, extra1, extra2);
    if (write(STDOUT_FILENO, line, (size_t)length) != length)
        abort();
}

/* The same for an access without more to say. */
#define POINT(what, object) expect(what " point", &(object), sizeof(object), 0, 0)

/* ... and for a call: as an attempt, and when it has returned with this result. */
#define INVOKE(what, object, extra1, extra2) \
    expect(what " invoke", object, sizeof *(object), extra1, extra2)
#define OK(what, object, result) expect(what " ok", object, sizeof *(object), result, 0)
#define CALL(what, object, result) (INVOKE(what, object, 0, 0), OK(what, object, result))

/* Ends the program, whatever NDEBUG says. */
#define CHECK(condition)   \
    ((condition) ? (void)0 \
                 : (fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition), abort()))

/* Waits for a child, which must have ended well. */
static void reap(pid_t child)
{
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

#endif
