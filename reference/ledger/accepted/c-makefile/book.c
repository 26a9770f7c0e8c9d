#define _GNU_SOURCE
#include "book.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BYTES (ENTRIES * sizeof(struct entry))

static int descriptor = -1;

struct entry *book_open(const char *file, bool make)
{
    descriptor = open(file, make ? O_RDWR | O_CREAT : O_RDWR, 0600);
    if (descriptor == -1 && errno == ENOENT && !make)
        return NULL;
    /* A lock of the open file description: closing another descriptor of the file would not give it back. */
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (descriptor == -1 || fcntl(descriptor, F_OFD_SETLKW, &all) == -1)
        err(1, "%s", file);
    if ((errno = posix_fallocate(descriptor, 0, BYTES)) != 0)
        err(1, "posix_fallocate");
    struct entry *book = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (book == MAP_FAILED)
        err(1, "mmap");
    return book;
}

void book_close(struct entry *book)
{
    if (munmap(book, BYTES) == -1 || fsync(descriptor) == -1 || close(descriptor) == -1)
        err(1, "cannot save");
}

void name_of(const char *text, uint64_t name[3])
{
    memset(name, 0, 3 * sizeof *name);
    memcpy(name, text, strlen(text));
}
