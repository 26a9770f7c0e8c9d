/* Accepted: lockf(3), which is F_SETLKW from the position of the descriptor on; whoever waits for a line reads whole
 * blocks; and the row is free again before `reserved` is printed: the name is in the file by then. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define WIDTH 16
#define SEATS 100

static int row_of(const char *s)
{
    size_t digits = strspn(s, "0123456789");
    if (digits == 0 || s[digits] != '\0')
        return -1;
    unsigned long row = strtoul(s, NULL, 10);
    return row < SEATS ? (int)row : -1;
}

static void go_to(int fd, int row)
{
    if (lseek(fd, (off_t)row * WIDTH, SEEK_SET) < 0)
        err(1, "lseek");
}

int main(int argc, char *argv[])
{
    int row;
    if (argc != 4 || (row = row_of(argv[2])) < 0 || strlen(argv[3]) == 0)
        errx(2, "usage: seat FILE ROW NAME");
    size_t length = strlen(argv[3]);
    if (length > WIDTH)
        errx(1, "%s: more than %d bytes", argv[3], WIDTH);

    int fd = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0 || ftruncate(fd, SEATS * WIDTH) != 0)
        err(1, "%s", argv[1]);

    go_to(fd, row);
    while (lockf(fd, F_LOCK, WIDTH) != 0)
        if (errno != EINTR)
            err(1, "lockf");
    dprintf(STDOUT_FILENO, "holding %d\n", row);

    char typed[128];
    ssize_t got;
    do
        got = read(STDIN_FILENO, typed, sizeof typed);
    while (got > 0 && memchr(typed, '\n', got) == NULL);

    char owner[WIDTH];
    if (read(fd, owner, WIDTH) != WIDTH)
        err(1, "%s", argv[1]);
    if (*owner) {
        dprintf(STDOUT_FILENO, "taken by %.*s\n", (int)strnlen(owner, WIDTH), owner);
        exit(3);
    }
    go_to(fd, row);
    if (write(fd, argv[3], length) != (ssize_t)length) /* the NULs after it are there already */
        err(1, "%s", argv[1]);
    go_to(fd, row);
    if (lockf(fd, F_ULOCK, WIDTH) != 0)
        err(1, "lockf");
    dprintf(STDOUT_FILENO, "reserved\n");
    return 0;
}
