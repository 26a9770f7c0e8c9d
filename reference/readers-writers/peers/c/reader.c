/*
 * reader FILE
 *
 * Takes a shared lock on FILE, prints `reading`, waits for a line or the end of the standard input, prints the
 * content of FILE, and gives the lock back.
 *
 * Why a lock, if we only look? A writer replaces the content in two steps: it empties the file, and then it
 * writes. Between the two there is something in the file that nobody ever wrote. Why a shared one? Two who only
 * look do not disturb each other: LOCK_SH lets in any number of readers, and keeps out only who wants LOCK_EX.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "visit.h"

static int fail(const char *what)
{
    fprintf(stderr, "reader: %s: %s\n", what, strerror(errno));
    return EXIT_FAILURE;
}

/* Copies what is in the file, from its beginning to its end, to stdout. */
static int print_content(int fd)
{
    char buffer[4096];
    for (;;) {
        ssize_t got = read(fd, buffer, sizeof buffer);
        if (got == 0)
            return 0;
        if (got == -1 && errno != EINTR)
            return -1;
        if (got > 0 && write_all(STDOUT_FILENO, buffer, (size_t)got) == -1)
            return -1;
    }
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: reader FILE\n");
        return 2;
    }
    const char *path = argv[1];

    /* O_CREAT: the file must be there to be locked. Opening is harmless as long as nothing is read. */
    int fd = open(path, O_RDONLY | O_CREAT, 0600);
    if (fd == -1)
        return fail(path);
    if (take_lock(fd, LOCK_SH) == -1)
        return fail("flock");
    if (say("reading") == -1)
        return fail("stdout");

    wait_for_line();

    /* Only now: whatever had been read before the lock was there could be half of a text. */
    if (print_content(fd) == -1)
        return fail(path);

    /* The lock belongs to the open file: it goes when its last descriptor is closed, and so at exit as well,
     * and even if we are killed. To say it is clearer. */
    flock(fd, LOCK_UN);
    close(fd);
    return EXIT_SUCCESS;
}
