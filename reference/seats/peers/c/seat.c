/*
 * seat FILE ROW NAME
 *
 * Reserves row ROW (0 to 99) for NAME. FILE is 100 records of 16 bytes, one for each row: the name of whoever has
 * it, filled up with NUL bytes; a free row is all NUL bytes.
 *
 * To look whether a row is free and to write a name there are two acts, and between the two somebody else could
 * come. So the row is locked around both. Not the file: fcntl locks any range of bytes, and who wants another
 * row has no reason to wait.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 100, RECORD = 16 };

static int fail(const char *what)
{
    fprintf(stderr, "seat: %s: %s\n", what, strerror(errno));
    return EXIT_FAILURE;
}

/* The number of a row, or -1. strtol alone would also take " 7", "+7" and "7 please". */
static int parse_row(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (!isdigit((unsigned char)*c))
            return -1;
    errno = 0;
    long row = strtol(text, NULL, 10);
    return *text == '\0' || errno != 0 || row >= ROWS ? -1 : (int)row;
}

/*
 * Open the file, with all its records. Several of us may find it missing or empty at the same time: O_CREAT
 * makes it once, and to make it longer twice does no harm, for ftruncate adds NUL bytes (free rows) at the end
 * and leaves alone what is there. To write the empty records ourselves could wipe out a name that has come since.
 */
static int open_seats(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    if (fd == -1 || fstat(fd, &status) == -1)
        return -1;
    if (status.st_size < ROWS * RECORD && ftruncate(fd, ROWS * RECORD) == -1)
        return -1;
    return fd;
}

/*
 * Sleep until nobody else has the row. The lock is ours alone (F_WRLCK), for we shall write. It belongs to this
 * process and this file, whatever descriptor it was taken by: closing *any* descriptor of the file gives it back,
 * one that was opened just to have a look as well. So there is one descriptor only, and it stays open.
 */
static int lock_row(int fd, int row)
{
    struct flock lock = {
        .l_type = F_WRLCK,
        .l_whence = SEEK_SET, /* l_start counts from the beginning of the file, */
        .l_start = (off_t)row * RECORD, /* in bytes, and not in records */
        .l_len = RECORD, /* 0 would mean: to the end of the file */
    };
    while (fcntl(fd, F_SETLKW, &lock) == -1)
        if (errno != EINTR)
            return -1;
    return 0;
}

static void wait_for_line(void)
{
    int c;
    do {
        c = getchar();
    } while (c != '\n' && c != EOF);
}

/* What is printed must be seen at once: stdio keeps lines when stdout is a pipe. */
static int printed(void)
{
    return fflush(stdout) == EOF ? -1 : 0;
}

int main(int argc, char *argv[])
{
    int row = argc == 4 ? parse_row(argv[2]) : -1;
    if (row == -1 || argv[3][0] == '\0') {
        fprintf(stderr, "usage: seat FILE ROW NAME\n");
        return 2;
    }
    const char *path = argv[1];
    const char *name = argv[3];
    if (strlen(name) > RECORD) { /* bytes, not characters */
        fprintf(stderr, "seat: %s: longer than %d bytes\n", name, RECORD);
        return EXIT_FAILURE;
    }

    int fd = open_seats(path);
    if (fd == -1)
        return fail(path);
    if (lock_row(fd, row) == -1)
        return fail("fcntl");
    printf("holding %d\n", row);
    if (printed() == -1)
        return fail("stdout");

    wait_for_line();

    /* pread and pwrite say where by themselves: there is no position to be set first. The record is read now, and
     * not before: what it was before we had the lock is out of date. */
    char record[RECORD] = "";
    off_t place = (off_t)row * RECORD;
    if (pread(fd, record, RECORD, place) != RECORD)
        return fail(path);

    int status = EXIT_SUCCESS;
    if (record[0] == '\0') {
        /* A name of 16 bytes fills the record and has no NUL: memcpy of what there is, and no string functions. */
        memcpy(record, name, strlen(name));
        if (pwrite(fd, record, RECORD, place) != RECORD)
            return fail(path);
        printf("reserved\n");
    } else {
        printf("taken by %.*s\n", RECORD, record); /* no more than 16 bytes, NUL or not */
        status = 3;
    }
    if (printed() == -1)
        return fail("stdout");
    close(fd); /* and by that the lock is given back */
    return status;
}
