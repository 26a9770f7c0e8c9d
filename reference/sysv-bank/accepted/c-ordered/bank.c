/* Accepted: two source files; the accounts are taken one after the other, the lower number first; every teller
 * opens both objects by their key; the semaphores get their value by semop. */
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vault.h"

static int number(const char *text, unsigned long *value)
{
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return 0;
    errno = 0;
    *value = strtoul(text, &end, 10);
    return *end == '\0' && errno == 0;
}

static _Noreturn void teller(key_t key, size_t accounts, unsigned long self, unsigned long transfers)
{
    struct vault vault;
    if (vault_open(&vault, key, accounts) == -1) {
        warn("teller %lu", self);
        _exit(1);
    }
    for (unsigned long i = 0; i < transfers; i++) {
        size_t a = (self + i) % accounts, b = (a + 1 + i % (accounts - 1)) % accounts;
        if (vault_move(&vault, a, b, 1) == -1)
            _exit(1);
    }
    _exit(0);
}

int main(int argc, char *argv[])
{
    unsigned long key, accounts, tellers, transfers;
    if (argc != 5 || !number(argv[1], &key) || !number(argv[2], &accounts) || !number(argv[3], &tellers) ||
        !number(argv[4], &transfers) || key > INT_MAX)
        errx(2, "usage: bank KEY ACCOUNTS TELLERS TRANSFERS");
    if (accounts > USHRT_MAX)
        errx(1, "too many accounts");
    if (accounts == 0) {
        puts("total 0");
        return 0;
    }

    struct vault vault;
    if (vault_create(&vault, key, accounts, 100) == -1)
        err(1, "key %lu", key);
    int failures = 0;
    pid_t *pids = calloc(tellers + 1, sizeof *pids);
    if (accounts > 1 && pids != NULL)
        for (unsigned long t = 0; t < tellers; t++) {
            pids[t] = fork();
            if (pids[t] == 0)
                teller(key, accounts, t, transfers);
            if (pids[t] == -1) {
                warn("fork");
                failures++;
            }
        }
    for (unsigned long t = 0; pids != NULL && t < tellers; t++) {
        int status = 0;
        if (pids[t] > 0)
            while (waitpid(pids[t], &status, 0) == -1 && errno == EINTR)
                ;
        failures += status != 0;
    }
    free(pids);

    long total = 0;
    for (size_t i = 0; i < accounts; i++) {
        total += vault.balance[i];
        printf("%ld\n", vault.balance[i]);
        fflush(stdout);
    }
    printf("total %ld\n", total);
    fflush(stdout);
    if (failures > 0)
        warnx("%d tellers failed", failures);
    return vault_destroy(&vault) == 0 && failures == 0 ? 0 : 1;
}
