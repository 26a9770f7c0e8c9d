/* Accepted: a pidfd for each child; poll tells which of them have ended, waitid takes the status. */
#define _GNU_SOURCE
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static int is_count(const char *text)
{
    const char *c = text;
    while (*c >= '0' && *c <= '9')
        c++;
    return c != text && *c == '\0';
}

static int fail(const char *what)
{
    perror(what);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    if (argc != 2 || !is_count(argv[1])) {
        fputs("usage: spawn COUNT\n", stderr);
        return 2;
    }
    nfds_t count = strtoul(argv[1], NULL, 10);
    struct pollfd *children = calloc(count + 1, sizeof *children);
    if (children == NULL)
        return fail("calloc");

    for (nfds_t i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid == -1)
            return fail("fork");
        if (pid == 0)
            _exit((int)((i + 1) % 7));
        int fd = (int)syscall(SYS_pidfd_open, pid, 0);
        if (fd == -1)
            return fail("pidfd_open");
        children[i] = (struct pollfd){.fd = fd, .events = POLLIN};
    }

    for (nfds_t left = count; left > 0;) {
        if (poll(children, count, -1) == -1)
            return fail("poll");
        for (nfds_t i = 0; i < count; i++) {
            siginfo_t info;
            if (children[i].revents == 0)
                continue;
            if (waitid(P_PIDFD, (id_t)children[i].fd, &info, WEXITED) == -1)
                return fail("waitid");
            close(children[i].fd);
            children[i].fd = -1; /* poll leaves it out from now on */
            printf("child %ju status %d\n", (uintmax_t)i + 1, info.si_status);
            fflush(stdout);
            left--;
        }
    }
    printf("reaped %ju\n", (uintmax_t)count);
    return EXIT_SUCCESS;
}
