/* Wrong: the money is taken under one semaphore, and given under the next. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static long parse_count(const char *text)
{
    if (*text == '\0' || strspn(text, "0123456789") != strlen(text))
        return -1;
    return strtol(text, NULL, 10);
}

static void change(int set, long account, short by)
{
    struct sembuf one = {(unsigned short)account, by, SEM_UNDO};
    while (semop(set, &one, 1) == -1)
        if (errno != EINTR) {
            perror("semop");
            _exit(1);
        }
}

static void teller(int set, long *balance, long accounts, long number, long transfers)
{
    for (long i = 0; accounts > 1 && i < transfers; i++) {
        long a = (number + i) % accounts;
        long b = (a + 1 + i % (accounts - 1)) % accounts;
        change(set, a, -1);
        balance[a] -= 1;
        change(set, a, 1);
        change(set, b, -1);
        balance[b] += 1;
        change(set, b, 1);
    }
}

int main(int argc, char *argv[])
{
    for (int i = 1; i < argc; i++)
        if (parse_count(argv[i]) < 0)
            argc = 0;
    if (argc != 5) {
        fprintf(stderr, "usage: bank KEY ACCOUNTS TELLERS TRANSFERS\n");
        return 2;
    }
    key_t key = (key_t)parse_count(argv[1]);
    long accounts = parse_count(argv[2]);
    long tellers = parse_count(argv[3]);
    long transfers = parse_count(argv[4]);
    if (accounts == 0) {
        printf("total 0\n");
        return 0;
    }

    int segment = shmget(key, accounts * sizeof(long), IPC_CREAT | IPC_EXCL | 0600);
    if (segment == -1) {
        perror("shmget");
        return 1;
    }
    int set = semget(key, (int)accounts, IPC_CREAT | IPC_EXCL | 0600);
    if (set == -1) {
        perror("semget");
        shmctl(segment, IPC_RMID, NULL);
        return 1;
    }
    long *balance = shmat(segment, NULL, 0);
    for (long i = 0; i < accounts; i++) {
        balance[i] = 100;
        semctl(set, (int)i, SETVAL, 1);
    }

    for (long number = 0; number < tellers; number++) {
        pid_t pid = fork();
        if (pid == -1) {
            perror("fork");
            break;
        }
        if (pid == 0) {
            teller(set, balance, accounts, number, transfers);
            _exit(0);
        }
    }
    int status, bad = 0;
    while (wait(&status) > 0)
        bad |= status;
    if (bad)
        fprintf(stderr, "bank: a teller did not end well\n");

    long total = 0;
    for (long i = 0; i < accounts; i++) {
        printf("%ld\n", balance[i]);
        total += balance[i];
    }
    printf("total %ld\n", total);
    fflush(stdout);
    semctl(set, 0, IPC_RMID);
    shmctl(segment, IPC_RMID, NULL);
    return bad != 0;
}
