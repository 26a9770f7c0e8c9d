/* lines.h - lines out of a stream: what read gives is some bytes, and never promised to be a line */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
    char *data; /* what has come and is not handed out yet */
    size_t size, room;
};

/* Reads once. False: end of file, or an error; there will be no more. */
bool lines_fill(struct lines *lines, int fd);

/* Takes the next whole line, without its newline; NULL if none is there yet. The caller frees it. */
char *lines_next(struct lines *lines);

void lines_free(struct lines *lines);

#endif
