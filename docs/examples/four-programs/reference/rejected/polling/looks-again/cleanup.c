#include <stdio.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "buffer.h"

int main(void)
{
    int segment = shmget(KEY, 0, 0);
    int set = semget(KEY, 0, 0);

    if (segment == -1 || set == -1)
        die("no buffer");
    if (shmctl(segment, IPC_RMID, NULL) == -1 || semctl(set, 0, IPC_RMID) == -1)
        die("buffer");
    return 0;
}
