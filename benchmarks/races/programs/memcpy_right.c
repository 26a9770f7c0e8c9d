/* right: whole records are copied into and out of a System V segment under a semaphore.
   prints: 0 torn */
#include <err.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    sem_t semaphore;
    char record[65536];
} *shared;
static char record[65536];

static void writer(void)
{
    for (int round = 0; round < 20; round++) {
        memset(record, 'a' + round % 26, sizeof record);
        sem_wait(&shared->semaphore);
        memcpy(shared->record, record, sizeof record);
        sem_post(&shared->semaphore);
    }
}

static int torn(void)
{
    sem_wait(&shared->semaphore);
    memcpy(record, shared->record, sizeof record);
    sem_post(&shared->semaphore);
    return record[0] != record[sizeof record - 1];
}

int main(void)
{
    int count = 0, segment = shmget(IPC_PRIVATE, sizeof *shared, 0600);
    if (segment == -1 || (shared = shmat(segment, NULL, 0)) == (void *)-1)
        err(1, "segment");
    shmctl(segment, IPC_RMID, NULL);
    sem_init(&shared->semaphore, 1, 1);
    if (fork() == 0) {
        writer();
        _exit(0);
    }
    for (int round = 0; round < 20; round++)
        count += torn();
    wait(NULL);
    printf("%d torn\n", count);
    return 0;
}
