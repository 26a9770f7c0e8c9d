/* Wrong: on SIGTERM what is queued is not taken. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "address.h"

static int wake[2];

static void on_term(int number)
{
    int before = errno;
    (void)number;
    if (write(wake[1], "", 1) == -1)
        _exit(1);
    errno = before;
}

/* Each newline becomes two characters; returns the new size. */
static size_t escape(const char *text, size_t size, char *to)
{
    size_t used = 0;
    for (const char *end = text + size; text < end; text++) {
        if (*text != '\n') {
            to[used++] = *text;
            continue;
        }
        memcpy(to + used, "\\n", 2);
        used += 2;
    }
    return used;
}

static bool take(int fd, int file)
{
    static long count;
    static char text[1 << 18], escaped[1 << 19];
    ssize_t size = recvfrom(fd, text, sizeof text, MSG_DONTWAIT, NULL, NULL);
    if (size == -1)
        return false;
    char number[32];
    struct iovec line[] = {
        {number, sprintf(number, "%ld ", ++count)},
        {escaped, escape(text, size, escaped)},
        {"\n", 1},
    };
    if (writev(file, line, 3) == -1)
        perror("logd");
    return true;
}

int main(int argc, char *argv[])
{
    struct sockaddr_un address;
    if (argc != 3) {
        fprintf(stderr, "usage: logd SOCKET FILE\n");
        return 2;
    }
    int file = open(argv[2], O_WRONLY | O_APPEND | O_CREAT, S_IRUSR | S_IWUSR);
    if (file == -1 || !make_address(argv[1], &address) || pipe(wake) == -1) {
        perror("logd");
        return 1;
    }
    struct sigaction action = {.sa_handler = on_term, .sa_flags = SA_RESTART};
    sigaction(SIGTERM, &action, NULL);

    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (fd == -1 || bind(fd, (struct sockaddr *)&address, sizeof address) == -1) {
        perror(argv[1]);
        return 1;
    }
    chmod(argv[1], 0600);

    for (;;) {
        fd_set set;
        FD_ZERO(&set);
        FD_SET(fd, &set);
        FD_SET(wake[0], &set);
        if (select((fd > wake[0] ? fd : wake[0]) + 1, &set, NULL, NULL, NULL) == -1)
            continue;
        if (FD_ISSET(wake[0], &set))
            break;
        take(fd, file);
    }
    close(fd);
    unlink(argv[1]);
    return 0;
}
