/* Anonymous pipes: ends, sleeping readers and writers, end of file, SIGPIPE ignored, vectors, non-blocking. */
#include "expect.h"
#include <sys/uio.h>

static char page[4096];

int main(void)
{
    int fds[2], status;
    char data[16];

    pipe(fds);
    ABOVE("pipe pipe:1 = 0 {'fds': [3, 4]}");
    int at = __LINE__; pid_t child = fork();
    if (child == 0) {
        close(fds[1]);
        ABOVE("close pipe:1 = 0 {'fd': 4}");
        CHECK(read(fds[0], data, sizeof data) == 5);
        ABOVE("read pipe:1 = 5 blocked {'fd': 3, 'count': 16, 'data': 'hello'}");
        CHECK(read(fds[0], data, 2) == 2);
        ABOVE("read pipe:1 = 2 blocked {'fd': 3, 'count': 2, 'data': 'a\\x00'}");
        CHECK(read(fds[0], data, 16) == 1);
        ABOVE("read pipe:1 = 1 {'fd': 3, 'count': 16, 'data': '\\xff'}");
        CHECK(read(fds[0], data, 16) == 0);
        ABOVE("read pipe:1 = 0 blocked {'fd': 3, 'count': 16, 'data': ''}");
        leave(7);
    }
    LINE(at, "fork - = %d {'child': %d}", child, child);
    close(fds[0]);
    ABOVE("close pipe:1 = 0 {'fd': 3}");
    nanosleep(&(struct timespec){0, 1000}, NULL);
    ABOVE("nanosleep - = 0 blocked {'duration_ns': 1000}");
    write(fds[1], "hello", 5);
    ABOVE("write pipe:1 = 5 {'fd': 4, 'count': 5, 'data': 'hello'}");
    nanosleep(&(struct timespec){0, 1000}, NULL);
    ABOVE("nanosleep - = 0 blocked {'duration_ns': 1000}");
    writev(fds[1], (struct iovec[]){{"a", 1}, {"\0\xff", 2}}, 2);
    ABOVE("write pipe:1 = 3 {'fd': 4, 'data': 'a\\x00\\xff'}");
    nanosleep(&(struct timespec){0, 1000}, NULL);
    ABOVE("nanosleep - = 0 blocked {'duration_ns': 1000}");
    close(fds[1]);
    ABOVE("close pipe:1 = 0 {'fd': 4}");
    waitpid(child, &status, 0);
    ABOVE("wait - = %d blocked {'pid': %d, 'flags': [], 'child': %d, 'status': 7}", child, child, child);

    pipe2(fds, O_NONBLOCK);
    ABOVE("pipe pipe:2 = 0 {'fds': [3, 4]}");
    CHECK(read(fds[0], data, 1) == -1);
    ABOVE("read pipe:2 = EAGAIN {'fd': 3, 'count': 1}");
    for (int i = 0; i < 16; i++) {
        CHECK(write(fds[1], page, sizeof page) == 4096);
        ABOVE("write pipe:2 = 4096 {'fd': 4, 'count': 4096, 'data': '\\x00' * 4096}");
    }
    CHECK(write(fds[1], page, 1) == -1);
    ABOVE("write pipe:2 = EAGAIN {'fd': 4, 'count': 1, 'data': '\\x00'}");
    CHECK(fcntl(fds[1], F_SETFL, 0) == 0);
    ABOVE("fcntl pipe:2 = 0 {'fd': 4, 'cmd': 'F_SETFL', 'arg': 0}");
    at = __LINE__, child = fork();
    if (child == 0) {
        close(fds[0]);
        ABOVE("close pipe:2 = 0 {'fd': 3}");
        CHECK(write(fds[1], "x", 1) == 1);
        ABOVE("write pipe:2 = 1 blocked {'fd': 4, 'count': 1, 'data': 'x'}");
        leave(0);
    }
    LINE(at, "fork - = %d {'child': %d}", child, child);
    nanosleep(&(struct timespec){0, 1000}, NULL);
    ABOVE("nanosleep - = 0 blocked {'duration_ns': 1000}");
    CHECK(read(fds[0], page, sizeof page) == 4096);
    ABOVE("read pipe:2 = 4096 {'fd': 3, 'count': 4096, 'data': '\\x00' * 4096}");
    wait(NULL);
    ABOVE("wait - = %d blocked {'pid': -1, 'child': %d}", child, child);

    signal(SIGPIPE, SIG_IGN);
    ABOVE("sigaction - = 0 {'signal': 'SIGPIPE', 'action': 'SIG_IGN'}");
    close(fds[0]);
    ABOVE("close pipe:2 = 0 {'fd': 3}");
    CHECK(write(fds[1], "y", 1) == -1 && errno == EPIPE);
    ABOVE("write pipe:2 = EPIPE {'fd': 4, 'count': 1, 'data': 'y'}");
    CHECK(read(77, data, 1) == -1 && errno == EBADF);
    ABOVE("read - = EBADF {'fd': 77, 'count': 1}");
    leave(0);
}
