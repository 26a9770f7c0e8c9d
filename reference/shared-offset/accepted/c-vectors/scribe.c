/* Accepted: several sources; a line is put together by the kernel from its parts (writev); the file is emptied
 * once it is open; the parent waits with waitid. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "digits.h"

static int write_line(int fd, unsigned long child, unsigned long line)
{
    struct digits c = digits_of(child), l = digits_of(line);
    struct iovec parts[] = {
        {.iov_base = "child ", .iov_len = 6},
        {.iov_base = c.text, .iov_len = c.length},
        {.iov_base = " line ", .iov_len = 6},
        {.iov_base = l.text, .iov_len = l.length},
        {.iov_base = "\n", .iov_len = 1},
    };
    return writev(fd, parts, 5) == (ssize_t)(13 + c.length + l.length);
}

int main(int argc, char **argv)
{
    unsigned long children, lines;
    if (argc != 4 || !number_in(argv[2], &children) || !number_in(argv[3], &lines)) {
        fputs("usage: scribe FILE CHILDREN LINES\n", stderr);
        return 2;
    }
    int fd = open(argv[1], O_RDWR | O_CREAT, 0600);
    if (fd == -1 || ftruncate(fd, 0) == -1) {
        perror(argv[1]);
        return 1;
    }

    int status = 0;
    for (unsigned long child = 1; child <= children && status == 0; child++) {
        switch (fork()) {
        case 0:
            for (unsigned long line = 1; line <= lines; line++)
                if (!write_line(fd, child, line))
                    _exit(1);
            _exit(0);
        case -1:
            perror("fork");
            status = 1;
        }
    }
    siginfo_t end;
    while (waitid(P_ALL, 0, &end, WEXITED) == 0 || errno == EINTR)
        if (end.si_code != CLD_EXITED || end.si_status != 0)
            status = 1;
    if (status != 0)
        return status;

    char block[1000];
    ssize_t got;
    for (lseek(fd, 0, SEEK_SET); (got = read(fd, block, sizeof block)) > 0;)
        if (fwrite(block, 1, got, stdout) != (size_t)got)
            return 1;
    return got == 0 && fflush(stdout) == 0 ? 0 : 1;
}
