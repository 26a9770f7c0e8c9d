#define _GNU_SOURCE
#include "box.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

static int lock_file(const char *file)
{
    char *name;
    if (asprintf(&name, "%s.lock", file) == -1)
        return -1;
    int fd = open(name, O_RDONLY | O_CREAT, S_IRUSR | S_IWUSR);
    free(name);
    if (fd != -1 && flock(fd, LOCK_EX) == -1)
        return -1;
    return fd;
}

int box_open(struct box *box, const char *file)
{
    *box = (struct box){.file = file, .lock = lock_file(file)};
    if (box->lock == -1)
        return -1;
    box->fd = open(file, O_RDWR | O_APPEND | O_CREAT, S_IRUSR | S_IWUSR);
    if (box->fd == -1)
        return -1;

    for (size_t room = 0;;) {
        if (box->size == room) {
            room = room * 2 + 64;
            box->text = realloc(box->text, room);
            if (box->text == NULL)
                return -1;
        }
        ssize_t got = read(box->fd, box->text + box->size, room - box->size);
        if (got == -1)
            return -1;
        if (got == 0)
            break;
        box->size += (size_t)got;
    }
    /* Somebody was killed in the middle of a write: his message has not been posted. */
    size_t whole = box->size;
    while (whole > 0 && box->text[whole - 1] != '\n')
        whole--;
    if (whole < box->size && ftruncate(box->fd, (off_t)whole) == -1)
        return -1;
    box->size = whole;
    return 0;
}

int put_all(int fd, const char *text, size_t size)
{
    for (ssize_t put; size > 0; text += put, size -= (size_t)put) {
        put = write(fd, text, size);
        if (put == -1 && errno != EINTR)
            return -1;
        if (put == -1)
            put = 0;
    }
    return 0;
}
