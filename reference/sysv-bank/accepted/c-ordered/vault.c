#include "vault.h"

#include <errno.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>

static int acquire(const struct vault *vault, size_t account)
{
    struct sembuf p = {0};
    p.sem_num = account;
    p.sem_op = -1;
    p.sem_flg = SEM_UNDO;
    int result;
    do
        result = semop(vault->sem, &p, 1);
    while (result != 0 && errno == EINTR);
    return result;
}

static int release(const struct vault *vault, size_t account)
{
    struct sembuf v = {.sem_num = account, .sem_op = +1, .sem_flg = SEM_UNDO};
    return semop(vault->sem, &v, 1);
}

static int attach(struct vault *vault)
{
    void *memory = shmat(vault->shm, NULL, 0);
    if (memory == (void *)-1)
        return -1;
    vault->balance = memory;
    return 0;
}

int vault_create(struct vault *vault, key_t key, size_t size, long balance)
{
    vault->size = size;
    vault->shm = -1;
    /* The set first here: then it is the one to take back when the segment is another's. */
    vault->sem = semget(key, size, IPC_CREAT | IPC_EXCL | S_IRUSR | S_IWUSR);
    if (vault->sem == -1)
        return -1;
    vault->shm = shmget(key, size * sizeof(long), IPC_CREAT | IPC_EXCL | S_IRUSR | S_IWUSR);
    if (vault->shm == -1 || attach(vault) == -1)
        goto failed;
    for (size_t i = 0; i < size; i++) {
        vault->balance[i] = balance;
        /* Free for the first time: an addition without SEM_UNDO, which outlives this process. */
        struct sembuf open = {.sem_num = i, .sem_op = 1};
        if (semop(vault->sem, &open, 1) == -1)
            goto failed;
    }
    return 0;

failed:;
    int error = errno;
    vault_destroy(vault);
    errno = error;
    return -1;
}

int vault_open(struct vault *vault, key_t key, size_t size)
{
    vault->size = size;
    vault->sem = semget(key, 0, 0);
    vault->shm = shmget(key, 0, 0);
    return vault->sem == -1 || vault->shm == -1 ? -1 : attach(vault);
}

int vault_move(struct vault *vault, size_t from, size_t to, long amount)
{
    /* The lower number first, whichever way the money goes: so nobody who holds an account waits for a lower one. */
    size_t low = from < to ? from : to;
    size_t high = from < to ? to : from;
    if (acquire(vault, low) == -1 || acquire(vault, high) == -1)
        return -1; /* what was taken, the end of the process gives back */
    vault->balance[from] -= amount;
    vault->balance[to] += amount;
    return release(vault, low) == -1 || release(vault, high) == -1 ? -1 : 0;
}

int vault_destroy(struct vault *vault)
{
    int result = 0;
    if (vault->shm != -1)
        result |= shmctl(vault->shm, IPC_RMID, 0);
    result |= semctl(vault->sem, 0, IPC_RMID);
    return result;
}
