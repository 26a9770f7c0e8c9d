/* Files: offsets shared by dup and fork, O_APPEND, dup2, holes, names. */
#include "expect.h"
#include <sys/uio.h>

int main(void)
{
    char data[64];
    int fd, copy, at;

    fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0640);
    ABOVE("open file:f = 3 {'path': 'f', 'flags': ['O_RDWR', 'O_CREAT', 'O_TRUNC'], 'mode': 0o640, 'fd': 3}");
    CHECK(open("f", O_WRONLY | O_CREAT | O_EXCL, 0600) == -1);
    ABOVE("open file:f = EEXIST {'flags': ['O_WRONLY', 'O_CREAT', 'O_EXCL']}");
    CHECK(write(fd, "abcdef", 6) == 6);
    ABOVE("write file:f = 6 {'fd': 3, 'count': 6, 'data': 'abcdef', 'offset': 0}");
    copy = dup(fd);
    ABOVE("dup file:f = 4 {'fd': 3, 'to': 4}");
    CHECK(lseek(copy, 1, SEEK_SET) == 1);
    ABOVE("lseek file:f = 1 {'fd': 4, 'offset': 1, 'whence': 0}");
    at = __LINE__; pid_t child = fork();
    if (child == 0) {
        CHECK(read(fd, data, 2) == 2);
        ABOVE("read file:f = 2 {'fd': 3, 'count': 2, 'data': 'bc', 'offset': 1}");
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    wait(NULL);
    ABOVE("wait - = %d blocked {'child': %d}", child, child);
    CHECK(lseek(fd, -1, SEEK_CUR) == 2);
    ABOVE("lseek file:f = 2 {'fd': 3, 'offset': -1, 'whence': 1}");
    CHECK(read(copy, data, 64) == 4);
    ABOVE("read file:f = 4 {'fd': 4, 'count': 64, 'data': 'cdef', 'offset': 2}");
    CHECK(pread(fd, data, 3, 1) == 3);
    ABOVE("read file:f = 3 {'fd': 3, 'count': 3, 'data': 'bcd', 'offset': 1}");
    CHECK(pwrite(fd, "X", 1, 0) == 1);
    ABOVE("write file:f = 1 {'fd': 3, 'count': 1, 'data': 'X', 'offset': 0}");
    struct iovec whole = {data, 2};
    CHECK(preadv(fd, &whole, 1, 4) == 2);
    ABOVE("read file:f = 2 {'fd': 3, 'vectors': 1, 'data': 'ef', 'offset': 4}");
    CHECK(dup2(fd, 10) == 10);
    ABOVE("dup2 file:f = 10 {'fd': 3, 'to': 10}");
    CHECK(dup2(10, copy) == 4);
    ABOVE("dup2 file:f = 4 {'fd': 10, 'to': 4}");
    CHECK(dup3(10, 11, O_CLOEXEC) == 11);
    ABOVE("dup2 file:f = 11 {'fd': 10, 'to': 11}");
    CHECK(fcntl(fd, F_DUPFD, 20) == 20);
    ABOVE("fcntl file:f = 20 {'fd': 3, 'cmd': 'F_DUPFD', 'arg': 20}");
    CHECK(close(20) == 0);
    ABOVE("close file:f = 0 {'fd': 20}");
    CHECK(dup2(55, 4) == -1);
    ABOVE("dup2 - = EBADF {'fd': 55, 'to': 4}");
    CHECK(ftruncate(fd, 100) == 0);
    ABOVE("ftruncate file:f = 0 {'fd': 3, 'length': 100}");
    CHECK(fchmod(fd, 0600) == 0);
    ABOVE("chmod file:f = 0 {'fd': 3, 'mode': 0o600}");
    CHECK(chmod("f", 0644) == 0);
    ABOVE("chmod file:f = 0 {'path': 'f', 'mode': 0o644}");
    CHECK(fsync(fd) == 0);
    ABOVE("fsync file:f = 0 {'fd': 3}");
    CHECK(syncfs(fd) == 0);
    ABOVE("sync file:f = 0 {'fd': 3}");
    CHECK(link("f", "g") == 0);
    ABOVE("link file:f = 0 {'path': 'f', 'to': 'g'}");
    CHECK(rename("g", "h") == 0);
    ABOVE("rename file:f = 0 {'path': 'g', 'to': 'h'}");
    CHECK(symlink("h", "s") == 0);
    ABOVE("symlink - = 0 {'target': 'h', 'path': 's'}");
    CHECK(access("h", R_OK) == 0);
    ABOVE("access file:f = 0 {'path': 'h'}");
    CHECK(access("i", R_OK) == -1);
    ABOVE("access - = ENOENT {'path': 'i'}");
    CHECK(unlink("f") == 0);
    ABOVE("unlink file:f = 0 {'path': 'f'}");
    CHECK(truncate("h", 0) == 0);
    ABOVE("truncate file:f = 0 {'path': 'h', 'length': 0}");
    CHECK(mkdir("d", 0755) == 0);
    ABOVE("mkdir directory:d = 0 {'path': 'd', 'mode': 0o755}");
    CHECK(rmdir("d") == 0);
    ABOVE("rmdir directory:d = 0 {'path': 'd'}");
    CHECK(close_range(10, 30, 0) == 0);
    CHECK(read(10, data, 1) == -1);
    ABOVE("read - = EBADF {'fd': 10}");
    fd = creat("/tmp/t", 0600);
    ABOVE("open file:/tmp/t = 5 {'path': '/tmp/t', 'flags': ['O_WRONLY', 'O_CREAT', 'O_TRUNC'], 'mode': 0o600}");
    CHECK(umask(077) == 022);
    ABOVE("umask - = 18 {'mode': 0o77}");
    CHECK(chdir("../tmp") == 0);
    ABOVE("chdir - = 0 {'path': '/tmp'}");
    fd = open("t", O_WRONLY | O_APPEND);
    ABOVE("open file:/tmp/t = 6 {'path': '/tmp/t', 'flags': ['O_WRONLY', 'O_APPEND']}");
    leave(0);
}
