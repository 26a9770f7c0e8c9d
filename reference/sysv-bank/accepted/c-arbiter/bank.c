/* Accepted: who wants two accounts takes them under a gate of its own, so that nobody is in between with one of them.
 * The gate is shut again before the money moves: a set with a private key, given back by the kernel like the others. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

union semun { int val; struct semid_ds *buf; unsigned short *array; };

static int number(const char *s, long max, long *out)
{
    char *end;
    if (!(*s >= '0' && *s <= '9'))
        return -1;
    errno = 0;
    *out = strtol(s, &end, 10);
    return errno || *end || *out > max ? -1 : 0;
}

static int gate;

static int change(int set, long which, int by)
{
    struct sembuf op = { .sem_num = (unsigned short)which, .sem_op = (short)by, .sem_flg = SEM_UNDO };
    int r;
    do
        r = semop(set, &op, 1);
    while (r == -1 && errno == EINTR);
    return r;
}

static int teller(int set, int seg, long me, long accounts, long transfers)
{
    long *balance = shmat(seg, NULL, 0); /* every teller attaches for itself */
    if (balance == (void *)-1) {
        warn("shmat");
        return 1;
    }
    for (long i = 0; i < transfers; i++) {
        long a = (me + i) % accounts;
        long b = (a + 1 + i % (accounts - 1)) % accounts;
        if (change(gate, 0, -1) || change(set, a, -1) || change(set, b, -1) || change(gate, 0, 1)) {
            warn("semop");
            return 1;
        }
        balance[a]--;
        balance[b]++;
        /* given back in the order they were taken */
        if (change(set, a, +1) || change(set, b, +1)) {
            warn("semop");
            return 1;
        }
    }
    return shmdt(balance) ? 1 : 0;
}

int main(int argc, char **argv)
{
    long key, accounts, tellers, transfers;
    if (argc != 5 || number(argv[1], INT_MAX, &key) || number(argv[2], LONG_MAX / (long)sizeof(long), &accounts) ||
        number(argv[3], LONG_MAX, &tellers) || number(argv[4], LONG_MAX, &transfers)) {
        fprintf(stderr, "usage: %s KEY ACCOUNTS TELLERS TRANSFERS\n", argv[0]);
        return 2;
    }
    int rc = 1, seg = -1;
    gate = semget(IPC_PRIVATE, 1, 0600);
    if (gate == -1 || semctl(gate, 0, SETVAL, (union semun){ .val = 1 }) == -1)
        err(1, "gate");
    long *balance = (void *)-1;
    int set = semget((key_t)key, accounts ? (int)accounts : 1, IPC_CREAT | IPC_EXCL | 0600);
    if (set == -1)
    {
        semctl(gate, 0, IPC_RMID);
        err(1, "semget");
    }
    seg = shmget((key_t)key, accounts ? (size_t)accounts * sizeof(long) : 1, IPC_CREAT | IPC_EXCL | 0600);
    if (seg == -1) {
        warn("shmget");
        goto out;
    }
    balance = shmat(seg, NULL, 0);
    if (balance == (void *)-1) {
        warn("shmat");
        goto out;
    }
    for (long i = 0; i < accounts; i++) {
        balance[i] = 100;
        if (semctl(set, (int)i, SETVAL, (union semun){ .val = 1 }) == -1) {
            warn("semctl");
            goto out;
        }
    }
    if (accounts < 2)
        transfers = 0; /* tellers have nothing to do */
    long n = 0;
    int failed = 0;
    for (; n < tellers; n++) {
        pid_t p = fork();
        if (p == 0)
            _exit(teller(set, seg, n, accounts, transfers));
        if (p == -1) {
            warn("fork");
            failed = 1;
            break;
        }
    }
    int st;
    for (;;) {
        if (wait(&st) == -1) {
            if (errno == EINTR)
                continue;
            break; /* ECHILD */
        }
        if (st) {
            warnx("a teller failed: status 0x%x", st);
            failed = 1;
        }
    }
    long total = 0;
    for (long i = 0; i < accounts; i++) {
        total += balance[i];
        printf("%ld\n", balance[i]);
        fflush(stdout);
    }
    printf("total %ld\n", total);
    if (fflush(stdout) == EOF)
        warn("stdout");
    else
        rc = failed;
out:
    semctl(gate, 0, IPC_RMID);
    if (balance != (void *)-1)
        shmdt(balance);
    if (seg != -1 && shmctl(seg, IPC_RMID, NULL) == -1)
        rc = 1;
    if (semctl(set, 0, IPC_RMID) == -1)
        rc = 1;
    return rc;
}
