#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>

/* The FIFO of a client, in a buffer of its own for each call; the caller frees it. */
char *reply_path(const char *fifo, long pid);

/* Reads up to a newline, byte by byte. 0 at the end of the file, -1 on an error. */
long read_line(int fd, char *line, size_t room);

#endif
