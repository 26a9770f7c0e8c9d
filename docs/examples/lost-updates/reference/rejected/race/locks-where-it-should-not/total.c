#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static int segment = -1;
static int lock = -1;

static void give_up(const char *what)
{
    perror(what);
    if (segment != -1)
        shmctl(segment, IPC_RMID, NULL);
    if (lock != -1)
        semctl(lock, 0, IPC_RMID);
    exit(1);
}

static void change(short by)
{
    struct sembuf operation = {.sem_num = 0, .sem_op = by, .sem_flg = 0};

    if (lock != -1 && semop(lock, &operation, 1) == -1)
        _exit(1);
}

static void work(int *total, long times)
{
    for (long i = 0; i < times; i++) {
        change(-1);
        *total = *total + 1;
        change(1);
    }
}

static long number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    return *text != '\0' && *end == '\0' && value > 0 ? value : 0;
}

int main(int argc, char *argv[])
{
    long workers = argc == 4 ? number(argv[1]) : 0;
    long times = argc == 4 ? number(argv[2]) : 0;

    if (workers == 0 || times == 0 || (strcmp(argv[3], "-lock") != 0 && strcmp(argv[3], "-nolock") != 0)) {
        fprintf(stderr, "usage: total WORKERS TIMES -nolock|-lock\n");
        return 1;
    }
    segment = shmget(IPC_PRIVATE, sizeof(int), 0600 | IPC_CREAT);
    int *total = segment == -1 ? (void *)-1 : shmat(segment, NULL, 0);
    if (total == (void *)-1)
        give_up("shared memory");
    {
        lock = semget(IPC_PRIVATE, 1, 0600 | IPC_CREAT);
        if (lock == -1 || semctl(lock, 0, SETVAL, 1) == -1)
            give_up("semaphore");
    }
    for (long i = 0; i < workers; i++) {
        pid_t child = fork();
        if (child == -1)
            give_up("fork");
        if (child == 0) {
            work(total, times);
            _exit(0);
        }
    }
    while (wait(NULL) != -1)
        ;
    printf("total %d of %ld\n", *total, workers * times);
    shmctl(segment, IPC_RMID, NULL);
    if (lock != -1)
        semctl(lock, 0, IPC_RMID);
    return 0;
}
