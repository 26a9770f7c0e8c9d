#include "lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 4096 };

bool lines_fill(struct lines *lines, int fd)
{
    if (lines->room - lines->size < CHUNK) {
        char *data = realloc(lines->data, lines->size + CHUNK);
        if (data == NULL)
            return false;
        lines->data = data;
        lines->room = lines->size + CHUNK;
    }
    ssize_t count;
    do
        count = read(fd, lines->data + lines->size, CHUNK);
    while (count == -1 && errno == EINTR);
    if (count <= 0)
        return false;
    lines->size += count;
    return true;
}

char *lines_next(struct lines *lines)
{
    char *newline = lines->size > 0 ? memchr(lines->data, '\n', lines->size) : NULL;
    if (newline == NULL)
        return NULL;
    size_t length = newline - lines->data;
    char *line = strndup(lines->data, length);
    lines->size -= length + 1;
    memmove(lines->data, newline + 1, lines->size);
    return line;
}

void lines_free(struct lines *lines)
{
    free(lines->data);
    *lines = (struct lines){0};
}
