#define _GNU_SOURCE
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char *reply_path(const char *fifo, long pid)
{
    char *path;
    return asprintf(&path, "%s.%ld", fifo, pid) == -1 ? NULL : path;
}

long read_line(int fd, char *line, size_t room)
{
    size_t used = 0;
    while (used + 1 < room) {
        ssize_t size = read(fd, line + used, 1);
        if (size <= 0)
            return size;
        if (line[used++] == '\n')
            break;
    }
    line[used] = '\0';
    return (long)used;
}
