/* Accepted: built by a Makefile, optimised; 0 means free and 1 taken, a teller waits for zero; the objects are
 * removed by atexit (tellers leave by _exit, so it is the parent alone who does). */
#define _GNU_SOURCE
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

static int segment = -1, set = -1;
static volatile long *accounts;

static void clear_away(void)
{
    if (set >= 0)
        semctl(set, 0, IPC_RMID);
    if (segment >= 0)
        shmctl(segment, IPC_RMID, 0);
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static long decimal(const char *s)
{
    char *end = NULL;
    errno = 0;
    long n = *s && strchr("0123456789", *s) ? strtol(s, &end, 10) : -1;
    if (n < 0 || errno || *end) {
        fprintf(stderr, "bank: '%s' is not a number\n", s);
        exit(2);
    }
    return n;
}

/* Both free? Then both are mine: four operations, one step. */
static int lock(unsigned short a, unsigned short b)
{
    struct sembuf steps[] = {{a, 0, 0}, {b, 0, 0}, {a, 1, SEM_UNDO}, {b, 1, SEM_UNDO}};
    int r;
    while ((r = semtimedop(set, steps, sizeof steps / sizeof *steps, NULL)) < 0 && errno == EINTR)
        continue;
    return r;
}

static int unlock(unsigned short a, unsigned short b)
{
    struct sembuf steps[] = {{a, -1, SEM_UNDO | IPC_NOWAIT}, {b, -1, SEM_UNDO | IPC_NOWAIT}};
    return semop(set, steps, 2);
}

static int work(long teller, long n, long transfers)
{
    for (long i = 0; i < transfers; i++) {
        long a = (teller + i) % n;
        long b = (a + 1 + i % (n - 1)) % n;
        if (lock(a, b) < 0)
            return 1;
        accounts[a]--;
        accounts[b]++;
        if (unlock(a, b) < 0)
            return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: %s KEY ACCOUNTS TELLERS TRANSFERS\n", argv[0]);
        return 2;
    }
    long key = decimal(argv[1]), n = decimal(argv[2]), tellers = decimal(argv[3]), transfers = decimal(argv[4]);
    if (key > INT_MAX || n > 32000) {
        fprintf(stderr, "bank: a number is too large\n");
        return 1;
    }
    atexit(clear_away);
    if (n > 0) {
        segment = shmget(key, n * sizeof *accounts, 0600 | IPC_CREAT | IPC_EXCL);
        if (segment < 0)
            die("shmget");
        set = semget(key, n, 0600 | IPC_CREAT | IPC_EXCL);
        if (set < 0)
            die("semget");
        unsigned short *zeros = calloc(n, sizeof *zeros);
        if (zeros == NULL || semctl(set, 0, SETALL, zeros) < 0)
            die("semctl");
        free(zeros);
        accounts = shmat(segment, NULL, 0);
        if (accounts == (void *)-1)
            die("shmat");
        for (long i = 0; i < n; i++)
            accounts[i] = 100;
    }

    int bad = 0;
    for (long t = 0; t < tellers && !bad; t++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(n < 2 ? 0 : work(t, n, transfers));
        if (pid < 0)
            bad = errno;
    }
    for (;;) {
        siginfo_t info;
        if (waitid(P_ALL, 0, &info, WEXITED) == 0) {
            if (info.si_code != CLD_EXITED || info.si_status != 0)
                bad = ECANCELED;
        } else if (errno != EINTR) {
            break; /* ECHILD: none is left */
        }
    }
    if (bad) {
        errno = bad;
        die("a teller");
    }
    long sum = 0;
    for (long i = 0; i < n; sum += accounts[i++])
        dprintf(STDOUT_FILENO, "%ld\n", accounts[i]);
    dprintf(STDOUT_FILENO, "total %ld\n", sum);
    return 0;
}
