/* Accepted: what stays is written into FILE.rest, which replaces FILE; the message is printed through stdio. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box.h"

static int keep(const char *file, const char *rest, size_t size)
{
    char *name;
    if (asprintf(&name, "%s.rest", file) == -1)
        return -1;
    unlink(name);
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    if (fd == -1 || put_all(fd, rest, size) == -1 || fdatasync(fd) == -1)
        return -1;
    return rename(name, file);
}

int main(int argc, char *argv[])
{
    struct box box;

    if (argc != 2)
        return fputs("usage: fetch FILE\n", stderr), 2;
    if (box_open(&box, argv[1]) == -1)
        return perror("fetch"), 1;
    if (box.size == 0)
        return 3;
    const char *end = memchr(box.text, '\n', box.size);
    size_t length = (size_t)(end - box.text) + 1;
    if (keep(box.file, box.text + length, box.size - length) == -1)
        return perror("fetch"), 1;
    fwrite(box.text, 1, length, stdout);
    return fflush(stdout) == 0 ? 0 : 1;
}
