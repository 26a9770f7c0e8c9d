#pragma once

#include <stddef.h>

/* FILE, open and locked by FILE.lock, and mended: without a last line that has no newline. */
struct box {
    const char *file;
    int fd;
    int lock;
    char *text;
    size_t size;
};

int box_open(struct box *box, const char *file);
int put_all(int fd, const char *text, size_t size);
