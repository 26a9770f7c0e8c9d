/* Accepted: FILE is a journal that only grows. A post appends "+" and its text, a fetch appends "-", each by one write:
 * what has not got its newline has not happened, and the next one cuts it off. */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>



/* Wait for the lock, and return FILE, mended. */
static int join(const char *file)
{
    char *lock_name;
    if (asprintf(&lock_name, "%s.lock", file) == -1)
        err(1, "asprintf");
    int lock = open(lock_name, O_RDWR | O_CREAT, 0600);
    if (lock == -1 || flock(lock, LOCK_EX) == -1)
        err(1, "%s", lock_name);
    int fd = open(file, O_RDWR | O_CREAT, 0600);
    if (fd == -1)
        err(1, "%s", file);
    return fd;
}

/* Read the journal; what was appended in part is cut off. Returns its lines. */
static char *recall(int fd, size_t *size)
{
    struct stat status;
    if (fstat(fd, &status) == -1)
        err(1, "fstat");
    char *text = calloc(1, (size_t)status.st_size + 1);
    if (text == NULL || pread(fd, text, (size_t)status.st_size, 0) != status.st_size)
        err(1, "pread");
    const char *last = memrchr(text, '\n', (size_t)status.st_size);
    *size = last == NULL ? 0 : (size_t)(last - text) + 1;
    if ((off_t)*size < status.st_size && ftruncate(fd, (off_t)*size) == -1)
        err(1, "ftruncate");
    return text;
}

static void append(int fd, size_t at, struct iovec *parts, int count)
{
    ssize_t whole = 0;
    for (int i = 0; i < count; i++)
        whole += (ssize_t)parts[i].iov_len;
    if (pwritev(fd, parts, count, (off_t)at) != whole || fdatasync(fd) == -1)
        err(1, "cannot append");
}

static int post(const char *file, const char *text)
{
    size_t size;
    int fd = join(file);
    free(recall(fd, &size));
    struct iovec parts[] = {{"+", 1}, {(char *)text, strlen(text)}, {"\n", 1}};
    append(fd, size, parts, 3);
    return 0;
}

static int fetch(const char *file)
{
    size_t size, taken = 0;
    int fd = join(file);
    char *text = recall(fd, &size);
    for (char *line = text; line < text + size; line = strchr(line, '\n') + 1)
        taken += *line == '-';
    char *line = text;
    for (; line < text + size; line = strchr(line, '\n') + 1)
        if (*line == '+' && taken-- == 0)
            break;
    if (line >= text + size)
        return 3;
    struct iovec mark = {"-\n", 2};
    append(fd, size, &mark, 1);
    *strchr(line, '\n') = '\0';
    return puts(line + 1) == EOF;
}

int main(int argc, char *argv[])
{
    const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
    if (strcmp(name, "post") == 0 && argc == 3 && strchr(argv[2], '\n') == NULL)
        return post(argv[1], argv[2]);
    if (strcmp(name, "fetch") == 0 && argc == 2)
        return fetch(argv[1]);
    fprintf(stderr, "usage: post FILE TEXT, fetch FILE\n");
    return 2;
}
