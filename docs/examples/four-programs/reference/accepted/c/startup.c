#include <stdio.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "buffer.h"

int main(void)
{
    unsigned short values[SEMAPHORES] = {[FREE] = PLACES, [ITEMS] = 0, [LOCK] = 1};
    int segment = shmget(KEY, sizeof(struct buffer), IPC_CREAT | IPC_EXCL | 0600);

    if (segment == -1)
        die("shared memory of key 1234");
    int set = semget(KEY, SEMAPHORES, IPC_CREAT | IPC_EXCL | 0600);
    if (set == -1 || semctl(set, 0, SETALL, values) == -1) {
        shmctl(segment, IPC_RMID, NULL);
        die("semaphores of key 1234");
    }
    return 0;
}
