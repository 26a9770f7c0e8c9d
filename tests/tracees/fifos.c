/* FIFOs: an open waits for its partner, a read for data, and the last writer's close is the end of file. */
#include "expect.h"

int main(void)
{
    char data[16];
    int fd, other, at;

    CHECK(mkfifo("a.fifo", 0640) == 0);
    ABOVE("mkfifo fifo:a.fifo = 0 {'path': 'a.fifo', 'mode': 0o640}");
    CHECK(mkfifo("/work/a.fifo", 0600) == -1);
    ABOVE("mkfifo fifo:a.fifo = EEXIST {'path': 'a.fifo', 'mode': 0o600}");
    CHECK(open("a.fifo", O_WRONLY | O_NONBLOCK) == -1);
    ABOVE("open fifo:a.fifo = ENXIO {'path': 'a.fifo', 'flags': ['O_WRONLY', 'O_NONBLOCK']}");
    at = __LINE__; pid_t child = fork();
    if (child == 0) {
        fd = open("a.fifo", O_RDONLY);
        ABOVE("open fifo:a.fifo = 3 blocked {'path': 'a.fifo', 'flags': ['O_RDONLY'], 'fd': 3}");
        CHECK(read(fd, data, 16) == 2);
        ABOVE("read fifo:a.fifo = 2 blocked {'fd': 3, 'count': 16, 'data': 'hi'}");
        CHECK(read(fd, data, 16) == 0);
        ABOVE("read fifo:a.fifo = 0 blocked {'data': ''}");
        rest();
        fd = open("a.fifo", O_WRONLY);
        ABOVE("open fifo:a.fifo = 4 {'flags': ['O_WRONLY'], 'fd': 4}");
        leave(0);
    }
    LINE(at, "fork - = %d {'child': %d}", child, child);
    rest();
    fd = open("a.fifo", O_WRONLY);
    ABOVE("open fifo:a.fifo = 3 {'path': 'a.fifo', 'flags': ['O_WRONLY'], 'fd': 3}");
    rest();
    CHECK(write(fd, "hi", 2) == 2);
    ABOVE("write fifo:a.fifo = 2 {'fd': 3, 'count': 2, 'data': 'hi'}");
    rest();
    close(fd);
    ABOVE("close fifo:a.fifo = 0 {'fd': 3}");
    fd = open("a.fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ABOVE("open fifo:a.fifo = 3 {'flags': ['O_RDONLY', 'O_NONBLOCK', 'O_CLOEXEC'], 'fd': 3}");
    CHECK(read(fd, data, 16) == 0);
    ABOVE("read fifo:a.fifo = 0 {'data': ''}");
    CHECK(wait(NULL) == child);
    ABOVE("wait - = %d blocked {'child': %d}", child, child);
    CHECK(close(fd) == 0);
    ABOVE("close fifo:a.fifo = 0 {'fd': 3}");

    fd = open("a.fifo", O_RDWR);
    ABOVE("open fifo:a.fifo = 3 {'flags': ['O_RDWR']}");
    CHECK(unlink("a.fifo") == 0);
    ABOVE("unlink fifo:a.fifo = 0 {'path': 'a.fifo'}");
    CHECK(mkfifo("a.fifo", 0600) == 0);
    ABOVE("mkfifo fifo:a.fifo@2 = 0 {'path': 'a.fifo', 'mode': 0o600}");
    other = open("a.fifo", O_RDWR);
    ABOVE("open fifo:a.fifo@2 = 4 {'flags': ['O_RDWR'], 'fd': 4}");
    CHECK(write(fd, "1", 1) == 1);
    ABOVE("write fifo:a.fifo = 1 {'fd': 3, 'data': '1'}");
    CHECK(write(other, "2", 1) == 1);
    ABOVE("write fifo:a.fifo@2 = 1 {'fd': 4, 'data': '2'}");
    CHECK(open("b.fifo", O_RDONLY) == -1);
    ABOVE("open - = ENOENT {'path': 'b.fifo', 'flags': ['O_RDONLY']}");
    CHECK(mkdir("d", 0700) == 0);
    ABOVE("mkdir directory:d = 0 {'path': 'd', 'mode': 0o700}");
    CHECK(mkfifo("d/../d//c.fifo", 0600) == 0);
    ABOVE("mkfifo fifo:d/c.fifo = 0 {'path': 'd/c.fifo', 'mode': 0o600}");
    CHECK(unlink("nothing") == -1);
    ABOVE("unlink - = ENOENT {'path': 'nothing'}");
    leave(0);
}
