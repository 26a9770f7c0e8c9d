#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "buffer.h"

static int set;

void die(const char *what)
{
    perror(what);
    exit(1);
}

struct buffer *attach(void)
{
    int segment = shmget(KEY, sizeof(struct buffer), 0);

    set = semget(KEY, SEMAPHORES, 0);
    if (segment == -1 || set == -1)
        die("no buffer: run startup first");
    struct buffer *buffer = shmat(segment, NULL, 0);
    if (buffer == (void *)-1)
        die("shmat");
    return buffer;
}

void change(int semaphore, int by)
{
    struct sembuf operation = {.sem_num = (unsigned short)semaphore, .sem_op = (short)by};

    if (semop(set, &operation, 1) == -1)
        die("semop");
}
