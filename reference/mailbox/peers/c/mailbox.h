/* What `post` and `fetch` share: the lock, reading the mailbox, and replacing it. */
#ifndef MAILBOX_H
#define MAILBOX_H

#include <stddef.h>

/* The bytes of a mailbox: each message is a line, the oldest comes first. */
struct messages {
    char *text;
    size_t size;
};

/* Wait for FILE.lock. Returns its descriptor, or -1. The lock is held until the descriptor is closed, or
 * until the process ends, however it ends. */
int mailbox_lock(const char *file);

/* Read the whole mailbox; one that does not exist is empty. Returns 0, or -1. Only under the lock. */
int mailbox_read(const char *file, struct messages *messages);

/* Make the mailbox contain `first` and then `second`, in one step. Returns 0, or -1. Only under the lock. */
int mailbox_replace(const char *file, struct messages first, struct messages second);

#endif
