/* Wrong: every user of the machine may use the semaphores (0666). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

union semun {
    int val;
    struct semid_ds *buf;
    unsigned short *array;
};

static int change(int set, unsigned short number, short by)
{
    struct sembuf operation = {.sem_num = number, .sem_op = by, .sem_flg = 0};
    return semop(set, &operation, 1);
}

static int run(int set, unsigned short me, unsigned long rounds)
{
    char line[2] = {"ABC"[me], '\n'};
    while (rounds-- > 0) {
        if (change(set, me, -1) == -1 || write(1, line, 2) != 2 || change(set, (me + 1) % 3, +1) == -1) {
            perror("abc");
            return 1;
        }
    }
    return 0;
}

static unsigned long count(const char *text)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);
    if (*text == '\0' || *end != '\0' || strpbrk(text, "+- \t") != NULL) {
        fprintf(stderr, "abc: %s is not a count\n", text);
        exit(2);
    }
    return value;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: abc ROUNDS\n");
        exit(2);
    }
    unsigned long rounds = count(argv[1]);

    int set = semget(getpid(), 3, IPC_CREAT | IPC_EXCL | 0666);
    unsigned short start[] = {1, 0, 0};
    if (set == -1 || semctl(set, 0, SETALL, (union semun){.array = start}) == -1) {
        perror("abc: semaphores");
        return 1;
    }

    int failed = 0, children = 0;
    for (unsigned short i = 0; i < 3; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(run(set, i, rounds));
        if (pid == -1) {
            perror("abc: fork");
            failed = 1;
            semctl(set, 0, IPC_RMID); /* the others end by EIDRM */
            break;
        }
        children++;
    }
    while (children-- > 0) {
        int status = 0;
        wait(&status);
        failed |= status != 0;
    }
    semctl(set, 0, IPC_RMID);
    return failed;
}
