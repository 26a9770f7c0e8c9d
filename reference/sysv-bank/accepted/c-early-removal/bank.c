/* Accepted: the segment is removed as soon as it is attached; its memory lives until the last process detaches, and
 * who is killed leaves none. The set holds the key until the end. Higher numbers first; SIGCHLD by sigwaitinfo. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

typedef union {
    int val;
    unsigned short *array;
} semun_t;

struct work {
    long accounts, tellers, transfers;
    long *ledger;
    int locks;
};

static bool count(const char *s, long *out)
{
    if (*s == '\0' || strspn(s, "0123456789") != strlen(s))
        return false;
    errno = 0;
    *out = strtol(s, NULL, 10);
    return errno == 0;
}

static bool turn(int locks, long account, int by)
{
    struct sembuf op = {(unsigned short)account, (short)by, SEM_UNDO};
    while (semop(locks, &op, 1) == -1)
        if (errno != EINTR)
            return false;
    return true;
}

static bool transfer(const struct work *w, long from, long to)
{
    const long first = from > to ? from : to, second = from ^ to ^ first;
    if (!turn(w->locks, first, -1) || !turn(w->locks, second, -1))
        return false;
    long moved = w->ledger[from];
    w->ledger[from] = moved - 1;
    moved = w->ledger[to];
    w->ledger[to] = moved + 1;
    return turn(w->locks, first, 1) && turn(w->locks, second, 1);
}

static void tell(const struct work *w, long self)
{
    long from = w->accounts > 0 ? self % w->accounts : 0;
    for (long i = 0; w->accounts > 1 && i < w->transfers; i++, from = (from + 1) % w->accounts)
        if (!transfer(w, from, (from + 1 + i % (w->accounts - 1)) % w->accounts))
            _exit(1);
    shmdt(w->ledger);
    _exit(0);
}

static bool open_bank(struct work *w, key_t key)
{
    w->locks = semget(key, (int)w->accounts, IPC_CREAT | IPC_EXCL | 0600);
    if (w->locks == -1) {
        perror("bank: semget");
        return false;
    }
    int segment = shmget(key, (size_t)w->accounts * sizeof *w->ledger, IPC_CREAT | IPC_EXCL | 0600);
    if (segment == -1) {
        perror("bank: shmget");
        return false;
    }
    w->ledger = shmat(segment, NULL, 0);
    shmctl(segment, IPC_RMID, NULL);
    if ((void *)w->ledger == (void *)-1) {
        perror("bank: shmat");
        return false;
    }
    for (long i = w->accounts; i-- > 0;) {
        w->ledger[i] = 100;
        if (semctl(w->locks, (int)i, SETVAL, (semun_t){.val = 1}) == -1)
            return false;
    }
    return true;
}

static bool run(const struct work *w)
{
    sigset_t ended;
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ended, NULL);

    bool well = true;
    long alive = 0;
    for (long t = 0; t < w->tellers && well; t++) {
        pid_t pid = fork();
        if (pid == 0)
            tell(w, t);
        well = pid > 0;
        alive += pid > 0;
    }
    while (alive > 0) {
        int status;
        pid_t pid;
        sigwaitinfo(&ended, NULL);
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
            alive--;
            well = well && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        }
    }
    return well;
}

int main(int argc, char *argv[])
{
    struct work w = {.locks = -1};
    long key;
    if (argc != 5 || !count(argv[1], &key) || !count(argv[2], &w.accounts) || !count(argv[3], &w.tellers) ||
        !count(argv[4], &w.transfers) || key > INT_MAX) {
        fputs("usage: bank KEY ACCOUNTS TELLERS TRANSFERS\n", stderr);
        return 2;
    }
    bool well = w.accounts <= USHRT_MAX && (w.accounts == 0 || (open_bank(&w, (key_t)key) && run(&w)));
    if (well) {
        setvbuf(stdout, NULL, _IONBF, 0);
        long total = 0;
        for (long i = 0; i < w.accounts; i++) {
            printf("%ld\n", w.ledger[i]);
            total += w.ledger[i];
        }
        printf("total %ld\n", total);
    } else {
        fputs("bank: something failed\n", stderr);
    }
    if (w.locks != -1)
        semctl(w.locks, 0, IPC_RMID);
    return well ? 0 : 1;
}
