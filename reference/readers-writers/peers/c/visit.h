/* What a reader and a writer have in common: both visit a file, and both stay until they are told to go. */
#ifndef VISIT_H
#define VISIT_H

#include <stddef.h>

/* Sleeps until the lock is there; `kind` is LOCK_SH or LOCK_EX. -1 and errno if it cannot be had. */
int take_lock(int fd, int kind);

/* Prints one line at once. -1 if that failed. */
int say(const char *line);

/* Sleeps until a line, or the end of the standard input, has come. */
void wait_for_line(void);

/* Writes all of it, however many calls that takes. -1 and errno if it cannot be done. */
int write_all(int fd, const char *data, size_t size);

#endif
