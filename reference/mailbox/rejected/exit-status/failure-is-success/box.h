/* Wrong: says that something failed, and ends with 0. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    exit(0);
}

static const char *beside(const char *file, const char *ending)
{
    static char name[4096];
    snprintf(name, sizeof name, "%s%s", file, ending);
    return name;
}

static int lock_box(const char *file)
{
    const char *name = beside(file, ".lock");
    int fd = open(name, O_RDWR | O_CREAT, 0600);
    if (fd == -1 || flock(fd, LOCK_EX) == -1)
        die(name);
    return fd;
}

static char *read_box(const char *file, size_t *size)
{
    int fd = open(file, O_RDWR | O_CREAT, 0600);
    struct stat status;
    if (fd == -1 || fstat(fd, &status) == -1)
        die(file);
    char *text = malloc(status.st_size + 1);
    *size = 0;
    ssize_t got;
    while (*size < (size_t)status.st_size && (got = read(fd, text + *size, status.st_size - *size)) > 0)
        *size += got;
    close(fd);
    return text;
}

static void write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t put = write(fd, text, size);
        if (put == -1)
            die("write");
        text += put;
        size -= put;
    }
}

static void write_box(const char *file, const char *text, size_t size)
{
    const char *name = beside(file, ".tmp");
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd == -1)
        die(name);
    write_all(fd, text, size);
    if (fsync(fd) == -1 || close(fd) == -1 || rename(name, file) == -1)
        die(name);
}
