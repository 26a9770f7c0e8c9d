#include <errno.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "visit.h"

int take_lock(int fd, int kind)
{
    /* Without LOCK_NB the kernel puts us to sleep until the lock is free: there is nothing to try again and
     * again. Only a signal handler can end the sleep too early (EINTR), and then we go back to it. */
    while (flock(fd, kind) == -1)
        if (errno != EINTR)
            return -1;
    return 0;
}

int say(const char *line)
{
    /* stdout is often a pipe, and then stdio keeps lines until its buffer is full. */
    return puts(line) == EOF || fflush(stdout) == EOF ? -1 : 0;
}

void wait_for_line(void)
{
    int c;
    do {
        c = getchar();
    } while (c != '\n' && c != EOF);
}

int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, data, size);
        if (written == -1 && errno != EINTR)
            return -1;
        if (written > 0) {
            data += written;
            size -= (size_t)written;
        }
    }
    return 0;
}
