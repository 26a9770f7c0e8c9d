/* Named semaphores without the run-time: what of them reaches the kernel. */
#include "expect.h"
#include <semaphore.h>

int main(void)
{
    int at;

    CHECK(sem_open("/s", 0) == SEM_FAILED);
    ABOVE("sem_open - = ENOENT {'path': '/s', 'flags': ['O_RDWR']}");
    sem_t *semaphore = sem_open("/s", O_CREAT, 0640, 1);
    LINE(__LINE__ - 1, "sem_open - = ENOENT {'path': '/s'}"); /* glibc looks first */
    LINE(__LINE__ - 2, "mmap semaphore:/s = %ld {}", (long)semaphore);
    LINE(__LINE__ - 3, "sem_open semaphore:/s = 0 {'path': '/s', 'flags': ['O_CREAT', 'O_EXCL'], 'mode': 0o640}");
    CHECK(semaphore != SEM_FAILED);
    CHECK(sem_wait(semaphore) == 0); /* not seen: the kernel is not asked */
    at = __LINE__; pid_t child = fork();
    if (child == 0) {
        CHECK(sem_wait(semaphore) == 0);
        ABOVE("sem_wait semaphore:/s = 0 blocked {}");
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    rest();
    CHECK(sem_post(semaphore) == 0);
    ABOVE("sem_post semaphore:/s = 1 {}");
    CHECK(wait(NULL) == child);
    ABOVE("wait - = %d blocked {}", child);
    CHECK(sem_close(semaphore) == 0);
    ABOVE("munmap semaphore:/s = 0 {}");
    CHECK(sem_unlink("/s") == 0);
    ABOVE("sem_unlink semaphore:/s = 0 {'path': '/s'}");
    CHECK(sem_unlink("/s") == -1);
    ABOVE("sem_unlink - = ENOENT {'path': '/s'}");
    leave(0);
}
