/* right: records in POSIX shared memory are assigned as a whole under a lock.
   prints: 0 torn */
#include <err.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct account {
    long from, unused[1000], to;
};
static struct shared {
    sem_t semaphore;
    struct account account;
} *shared;

static void writer(void)
{
    for (long round = 0; round < 30; round++) {
        struct account next = {.from = -round, .to = round};
        sem_wait(&shared->semaphore);
        shared->account = next;
        sem_post(&shared->semaphore);
    }
}

static int torn(void)
{
    sem_wait(&shared->semaphore);
    struct account seen = shared->account;
    sem_post(&shared->semaphore);
    return seen.from + seen.to != 0;
}

int main(void)
{
    int count = 0, memory = shm_open("/races-memory", O_RDWR | O_CREAT | O_EXCL, 0600);
    if (memory == -1 || ftruncate(memory, sizeof *shared) == -1)
        err(1, "memory");
    shm_unlink("/races-memory");
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    sem_init(&shared->semaphore, 1, 1);
    if (fork() == 0) {
        writer();
        _exit(0);
    }
    for (int round = 0; round < 30; round++)
        count += torn();
    wait(NULL);
    printf("%d torn\n", count);
    return 0;
}
