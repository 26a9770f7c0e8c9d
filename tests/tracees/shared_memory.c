/* POSIX shared memory and mappings of files and of nothing. */
#include "expect.h"
#include <sys/mman.h>

int main(void)
{
    int fd, at;

    CHECK(shm_open("/m", O_RDWR, 0) == -1);
    ABOVE("shm_open - = ENOENT {'path': '/m', 'flags': ['O_RDWR']}");
    fd = shm_open("/m", O_RDWR | O_CREAT | O_EXCL, 0600);
    ABOVE("shm_open shared-memory:/m = 3 {'path': '/m', 'flags': ['O_RDWR', 'O_CREAT', 'O_EXCL'], "
          "'mode': 0o600, 'fd': 3}");
    CHECK(fd == 3);
    CHECK(ftruncate(fd, 8192) == 0);
    ABOVE("ftruncate shared-memory:/m = 0 {'fd': 3, 'length': 8192}");
    char *shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ABOVE("mmap shared-memory:/m = %ld {'length': 8192, 'prot': ['PROT_READ', 'PROT_WRITE'], 'flags': ['MAP_SHARED'], "
          "'fd': 3, 'offset': 0}", (long)shared);
    CHECK(close(fd) == 0);
    ABOVE("close shared-memory:/m = 0 {'fd': 3}");
    char *second = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(munmap(second, 4096) == 0); /* private: of no interest */
    char *nameless = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ABOVE("mmap mapping:1 = %ld {'length': 4096, 'flags': ['MAP_SHARED', 'MAP_ANONYMOUS'], 'fd': -1}", (long)nameless);
    at = __LINE__; pid_t child = fork();
    if (child == 0) {
        shared[4096] = 'x';
        CHECK(munmap(shared, 4096) == 0);
        ABOVE("munmap shared-memory:/m = 0 {'length': 4096}");
        CHECK(msync(shared + 4096, 4096, MS_SYNC) == 0);
        ABOVE("msync shared-memory:/m = 0 {'length': 4096}");
        CHECK(munmap(nameless, 4096) == 0);
        ABOVE("munmap mapping:1 = 0 {'length': 4096}");
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    CHECK(wait(NULL) == child);
    ABOVE("wait - = %d blocked {}", child);
    CHECK(shared[4096] == 'x');
    CHECK(munmap(shared, 8192) == 0);
    ABOVE("munmap shared-memory:/m = 0 {'length': 8192}");
    CHECK(shm_unlink("/m") == 0);
    ABOVE("shm_unlink shared-memory:/m = 0 {'path': '/m'}");
    CHECK(shm_unlink("/m") == -1);
    ABOVE("shm_unlink - = ENOENT {'path': '/m'}");
    fd = open("file", O_RDWR | O_CREAT, 0600);
    ABOVE("open file:file = 3 {'path': 'file'}");
    CHECK(write(fd, "1234", 4) == 4);
    ABOVE("write file:file = 4 {}");
    shared = mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ABOVE("mmap file:file = %ld {'length': 4, 'fd': 3}", (long)shared);
    shared[0] = 'X';
    CHECK(munmap(shared, 4) == 0);
    ABOVE("munmap file:file = 0 {'length': 4}");
    fd = shm_open("/m", O_RDWR | O_CREAT, 0666);
    ABOVE("shm_open shared-memory:/m@2 = 4 {'path': '/m', 'mode': 0o666}");
    leave(0);
}
