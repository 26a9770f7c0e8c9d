/*
 * writer FILE TEXT
 *
 * Takes an exclusive lock on FILE, prints `writing`, waits for a line or the end of the standard input, replaces
 * the content of FILE by TEXT and a newline, and gives the lock back.
 *
 * LOCK_EX waits until nobody else has any lock, and lets nobody else in. But locks of flock are *advisory*: the
 * kernel keeps out who asks for a lock, and nobody else. So nothing may happen to the content before we have it.
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
    fprintf(stderr, "writer: %s: %s\n", what, strerror(errno));
    return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
    if (argc != 3 || strchr(argv[2], '\n') != NULL) {
        fprintf(stderr, "usage: writer FILE TEXT\n");
        return 2;
    }
    const char *path = argv[1];
    const char *text = argv[2];

    /* Not O_TRUNC: open does not wait for any lock, and would take the text away from under a reader. */
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    if (fd == -1)
        return fail(path);
    if (take_lock(fd, LOCK_EX) == -1)
        return fail("flock");
    if (say("writing") == -1)
        return fail("stdout");

    wait_for_line();

    /* The file stays the same one, and only its content changes. A new file that is renamed to this name would
     * be a file with a lock of its own, and who waits for the lock of the old one would read the old text. */
    if (ftruncate(fd, 0) == -1 || write_all(fd, text, strlen(text)) == -1 || write_all(fd, "\n", 1) == -1)
        return fail(path);

    flock(fd, LOCK_UN);
    close(fd);
    return EXIT_SUCCESS;
}
