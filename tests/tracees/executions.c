/* Exec: what stays open, failures, and the operations of the program that follows. */
#include "expect.h"

int main(int argc, char **argv)
{
    int fds[2];
    char text[16];

    if (argc == 1) {
        LINE(0, "exec - = - {'argv': ['/submission/executions']}");
        pipe(fds);
        ABOVE("pipe pipe:1 = 0 {'fds': [3, 4]}");
        fcntl(fds[1], F_SETFD, FD_CLOEXEC);
        ABOVE("fcntl pipe:1 = 0 {'cmd': 'F_SETFD', 'arg': 1}");
        write(fds[1], "kept", 4);
        ABOVE("write pipe:1 = 4 {}");
        execl("/work/missing", "x", NULL);
        ABOVE("exec - = ENOENT {'path': '/work/missing', 'argv': ['x']}");
        LINE(__LINE__ + 2, "exec - = 0 {'path': '/submission/executions', 'argv': ['renamed', 'second']}");
        told();
        execl(argv[0], "renamed", "second", NULL);
    }
    CHECK(read(3, text, 16) == 4);
    ABOVE("read pipe:1 = 4 {'fd': 3, 'data': 'kept'}");
    CHECK(write(4, "x", 1) == -1);
    ABOVE("write - = EBADF {'fd': 4}");
    CHECK(read(3, text, 16) == 0);
    ABOVE("read pipe:1 = 0 {}");
    leave(0);
}
