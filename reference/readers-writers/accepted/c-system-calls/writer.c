/* Accepted: the text is written over the old one first, then the file is cut; line and text are one pwritev. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc != 3 || strchr(argv[2], '\n'))
        errx(2, "usage: writer FILE TEXT");

    int fd = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        err(1, "%s", argv[1]);
    while (flock(fd, LOCK_EX) != 0)
        if (errno != EINTR)
            err(1, "flock");
    if (write(STDOUT_FILENO, "writing\n", 8) != 8)
        err(1, "stdout");

    char c = 0;
    while (c != '\n' && read(STDIN_FILENO, &c, 1) == 1)
        continue;

    size_t length = strlen(argv[2]);
    struct iovec parts[] = {{argv[2], length}, {"\n", 1}};
    if (pwritev(fd, parts, 2, 0) != (ssize_t)length + 1 || ftruncate(fd, length + 1) != 0)
        err(1, "%s", argv[1]);
    return 0;
}
