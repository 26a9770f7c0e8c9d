/* flock(2) and record locks: who waits for whom, shared and exclusive, EAGAIN, EDEADLK, release by close. */
#include "expect.h"
#include <sys/file.h>

int main(void)
{
    int at, fd = open("f", O_RDWR | O_CREAT, 0600);
    ABOVE("open file:f = 3 {}");
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 5};

    CHECK(flock(fd, LOCK_EX) == 0);
    ABOVE("flock file:f = 0 {'fd': 3, 'operation': ['LOCK_EX']}");
    at = __LINE__; pid_t child = fork();
    if (child == 0) {
        int own = open("f", O_RDWR);
        ABOVE("open file:f = 4 {}");
        CHECK(flock(own, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK);
        ABOVE("flock file:f = EAGAIN {'fd': 4, 'operation': ['LOCK_SH', 'LOCK_NB']}");
        CHECK(flock(own, LOCK_SH) == 0);
        ABOVE("flock file:f = 0 blocked {'operation': ['LOCK_SH']}");
        CHECK(flock(own, LOCK_UN) == 0);
        ABOVE("flock file:f = 0 {'operation': ['LOCK_UN']}");
        CHECK(fcntl(own, F_SETLK, &lock) == -1 && errno == EAGAIN);
        ABOVE("fcntl file:f = EAGAIN {'fd': 4, 'cmd': 'F_SETLK', 'type': 'F_WRLCK', 'start': 10, 'len': 5}");
        CHECK(fcntl(own, F_SETLKW, &lock) == 0);
        ABOVE("fcntl file:f = 0 blocked {'fd': 4, 'cmd': 'F_SETLKW', 'type': 'F_WRLCK', 'start': 10, 'len': 5}");
        lock.l_start = 100;
        CHECK(fcntl(own, F_SETLKW, &lock) == 0);
        ABOVE("fcntl file:f = 0 blocked {'cmd': 'F_SETLKW', 'start': 100, 'len': 5}");
        rest();
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    CHECK(fcntl(fd, F_SETLK, &lock) == 0);
    ABOVE("fcntl file:f = 0 {'cmd': 'F_SETLK', 'type': 'F_WRLCK', 'start': 10, 'len': 5}");
    rest();
    CHECK(flock(fd, LOCK_UN) == 0);
    ABOVE("flock file:f = 0 {'operation': ['LOCK_UN']}");
    rest();
    lock.l_start = 100;
    CHECK(fcntl(fd, F_SETLK, &lock) == 0);
    ABOVE("fcntl file:f = 0 {'start': 100}");
    lock.l_type = F_UNLCK;
    lock.l_start = 0;
    lock.l_len = 50;
    CHECK(fcntl(fd, F_SETLK, &lock) == 0);
    ABOVE("fcntl file:f = 0 {'type': 'F_UNLCK', 'start': 0, 'len': 50}");
    rest();
    lock.l_type = F_RDLCK;
    lock.l_start = 12;
    CHECK(fcntl(fd, F_GETLK, &lock) == 0 && lock.l_pid == child);
    ABOVE("fcntl file:f = 0 {'cmd': 'F_GETLK'}");
    lock = (struct flock){.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 1};
    CHECK(fcntl(fd, F_SETLKW, &lock) == -1 && errno == EDEADLK);
    ABOVE("fcntl file:f = EDEADLK {'cmd': 'F_SETLKW', 'type': 'F_RDLCK'}");
    CHECK(close(fd) == 0);
    ABOVE("close file:f = 0 {}");
    CHECK(wait(NULL) == child);
    ABOVE("wait - = %d blocked {}", child);
    leave(0);
}
