/*
 * post FILE TEXT
 *
 * Appends a message to the mailbox FILE. How it is done so that no message is lost, whoever else is at work
 * and whoever is killed, is told in mailbox.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailbox.h"

static int fail(const char *file)
{
    fprintf(stderr, "post: %s: %s\n", file, strerror(errno));
    return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
    /* A newline is what separates messages, so none can contain one. */
    if (argc != 3 || strchr(argv[2], '\n') != NULL) {
        fprintf(stderr, "usage: post FILE TEXT (TEXT is one line)\n");
        return 2;
    }
    const char *file = argv[1];
    size_t length = strlen(argv[2]);
    char *line = malloc(length + 1);
    if (line == NULL)
        return fail(file);
    memcpy(line, argv[2], length);
    line[length] = '\n';

    struct messages there, added = {line, length + 1};
    if (mailbox_lock(file) == -1 || mailbox_read(file, &there) == -1 || mailbox_replace(file, there, added) == -1)
        return fail(file);
    return EXIT_SUCCESS; /* the end of the process gives the lock back */
}
