/*
 * fetch FILE
 *
 * Takes the oldest message out of the mailbox FILE and prints it; exit status 3 if there is none.
 *
 * First it is taken out, then it is printed. Killed in between, this program takes a message with it that
 * nobody sees; the other way round, the message would be printed, still be there, and be printed again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mailbox.h"

static int fail(const char *what)
{
    fprintf(stderr, "fetch: %s: %s\n", what, strerror(errno));
    return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: fetch FILE\n");
        return 2;
    }
    const char *file = argv[1];
    struct messages there;
    int lock = mailbox_lock(file);
    if (lock == -1 || mailbox_read(file, &there) == -1)
        return fail(file);
    if (there.size == 0)
        return 3;

    char *newline = memchr(there.text, '\n', there.size);
    struct messages oldest = there;
    if (newline != NULL)
        oldest.size = (size_t)(newline - there.text) + 1;
    struct messages rest = {there.text + oldest.size, there.size - oldest.size};
    if (mailbox_replace(file, rest, (struct messages){NULL, 0}) == -1)
        return fail(file);
    /* The message is ours now. Whoever waits need not wait for our printing. */
    close(lock);
    if (fwrite(oldest.text, 1, oldest.size, stdout) != oldest.size || fflush(stdout) == EOF)
        return fail("stdout");
    return EXIT_SUCCESS;
}
