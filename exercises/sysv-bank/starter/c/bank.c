/*
 * usage: bank KEY ACCOUNTS TELLERS TRANSFERS
 *
 * TELLERS child processes make TRANSFERS transfers each between ACCOUNTS accounts in shared memory.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>

/* semctl wants this as its last argument, and leaves it to us to declare it: see its man page. */
union semun {
    int val;
    struct semid_ds *buf;
    unsigned short *array;
};

/* A count in decimal, or -1 if `text` is anything else. */
static long parse_count(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (!isdigit((unsigned char)*c))
            return -1;
    errno = 0;
    long count = strtol(text, NULL, 10);
    return *text == '\0' || errno != 0 ? -1 : count;
}

int main(int argc, char *argv[])
{
    long key = argc == 5 ? parse_count(argv[1]) : -1;
    long accounts = argc == 5 ? parse_count(argv[2]) : -1;
    long tellers = argc == 5 ? parse_count(argv[3]) : -1;
    long transfers = argc == 5 ? parse_count(argv[4]) : -1;
    if (key < 0 || key > INT_MAX || accounts < 0 || tellers < 0 || transfers < 0) {
        fprintf(stderr, "usage: bank KEY ACCOUNTS TELLERS TRANSFERS\n");
        return 2;
    }

    /* Step 1: make the segment, only if its key is free, and attach it. What if there are no accounts? */

    /* Step 2: make the set, only if its key is free. If a step fails: what have you made so far, and what
     *         belongs to somebody else? */

    /* Step 3: give the balances and the semaphores their values. When must that be done, and by whom? */

    /* Step 4: start the tellers. */

    /* Step 5: in a teller, for each transfer: take both accounts, move the money, give both back. How can it
     *         be that no two tellers ever wait for each other? What happens if the teller is killed here? */

    /* Step 6: when may the parent read the balances? Do what is needed for that, then print them. */

    /* Step 7: remove both objects. What if something has failed in between? */

    fprintf(stderr, "bank: not written yet (key %ld: %ld accounts, %ld tellers, %ld transfers)\n", key, accounts,
            tellers, transfers);
    return EXIT_FAILURE;
}
