#ifndef VAULT_H
#define VAULT_H

#include <stddef.h>
#include <sys/types.h>

/* Accounts that any process can open by their key, one semaphore each. */
struct vault {
    int shm, sem;
    size_t size;
    long *balance;
};

/* All return 0, or -1 with errno set. */
int vault_create(struct vault *vault, key_t key, size_t size, long balance);
int vault_open(struct vault *vault, key_t key, size_t size);
int vault_move(struct vault *vault, size_t from, size_t to, long amount);
int vault_destroy(struct vault *vault);

#endif
