/*
 * A mailbox is a file that must survive that somebody is killed in the middle of changing it. Two ideas do
 * that, and both are needed:
 *
 *   The lock. Whoever changes the mailbox reads it, and then makes something of what he has read. Nobody else
 *   may come in between, so all of it lies under one exclusive flock(2). It is the kernel that keeps the lock:
 *   if its holder is killed the lock is free again at once, which a file that says "locked" would not be.
 *
 *   The replacement. The mailbox itself is never written to. What it is to contain is written into a new file
 *   beside it, and rename(2) then puts that in its place. Rename is one step: whoever opens FILE gets all of
 *   the old one or all of the new one. Killed before it: nothing has happened. Killed after it: all has.
 *
 * Why is the lock a file of its own? Because a lock belongs to a file and not to a name. After the rename the
 * name FILE means another file: who had waited for a lock on the old one would get it, next to somebody who
 * has locked the new one. FILE.lock is never renamed and never removed, so it is the same for everybody.
 */
#include "mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* FILE with an ending, e.g. FILE.lock; the caller frees it. */
static char *beside(const char *file, const char *ending)
{
    char *name = malloc(strlen(file) + strlen(ending) + 1);
    if (name != NULL)
        strcat(strcpy(name, file), ending);
    return name;
}

int mailbox_lock(const char *file)
{
    char *name = beside(file, ".lock");
    if (name == NULL)
        return -1;
    int lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    free(name);
    if (lock == -1)
        return -1;
    while (flock(lock, LOCK_EX) == -1)
        if (errno != EINTR) {
            close(lock);
            return -1;
        }
    return lock;
}

/* Read until the end of the file: one read may give less than was asked for. */
static int read_all(int fd, struct messages *messages)
{
    struct stat status;
    if (fstat(fd, &status) == -1)
        return -1;
    messages->text = malloc((size_t)status.st_size + 1); /* never 0 bytes, for which malloc may return NULL */
    if (messages->text == NULL)
        return -1;
    while (messages->size < (size_t)status.st_size) {
        ssize_t got = read(fd, messages->text + messages->size, (size_t)status.st_size - messages->size);
        if (got == -1 && errno == EINTR)
            continue;
        if (got == -1)
            return -1;
        if (got == 0)
            break;
        messages->size += (size_t)got;
    }
    return 0;
}

int mailbox_read(const char *file, struct messages *messages)
{
    messages->text = NULL;
    messages->size = 0;
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return errno == ENOENT ? 0 : -1;
    int result = read_all(fd, messages);
    close(fd);
    return result;
}

static int write_all(int fd, struct messages messages)
{
    while (messages.size > 0) {
        ssize_t put = write(fd, messages.text, messages.size);
        if (put == -1 && errno == EINTR)
            continue;
        if (put == -1)
            return -1;
        messages.text += put;
        messages.size -= (size_t)put;
    }
    return 0;
}

int mailbox_replace(const char *file, struct messages first, struct messages second)
{
    char *name = beside(file, ".new");
    if (name == NULL)
        return -1;
    /* Somebody who was killed may have left his FILE.new. It is worth nothing, and O_TRUNC empties it; that
     * cannot be a file somebody is writing now, for he would hold the lock. */
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int failed = fd == -1;
    if (!failed) {
        /* fsync is not for those who are killed (what a dead process has written, the others see) but for a
         * machine that fails: its disk must not get the new name before the new content. */
        failed = write_all(fd, first) == -1 || write_all(fd, second) == -1 || fsync(fd) == -1;
        failed = close(fd) == -1 || failed;
        failed = failed || rename(name, file) == -1;
        if (failed) {
            int reason = errno;
            unlink(name);
            errno = reason;
        }
    }
    free(name);
    return failed ? -1 : 0;
}
