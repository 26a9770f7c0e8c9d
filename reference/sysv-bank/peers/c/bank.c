/*
 * bank KEY ACCOUNTS TELLERS TRANSFERS
 *
 * TELLERS child processes move money between ACCOUNTS accounts. The balances lie in a System V shared memory
 * segment; a System V set has one semaphore for each account: 1 when the account is free, 0 when a teller has it.
 *
 * A transfer needs two accounts at once. Who takes one and then waits for the other may wait for somebody who
 * waits for him: a deadlock. semop(2) knows a way out that few other mechanisms have: it takes a list of operations
 * and performs all of them or, while that is not possible, none. Who has to wait holds nothing.
 *
 * And the other gift of semop: with SEM_UNDO the kernel keeps an account of what a process took and gives it back
 * when the process ends, in whatever way. A teller that is killed in the middle locks no account for ever.
 */
#include <ctype.h>
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

enum { OPENING_BALANCE = 100 };

struct bank {
    long accounts;
    long *balances;
    int segment;    /* id of the shared memory */
    int semaphores; /* id of the set */
};

/* semctl wants this as its last argument, and leaves it to us to declare it: see its man page. */
union semun {
    int val;
    struct semid_ds *buf;
    unsigned short *array;
};

static void complain(const char *what)
{
    fprintf(stderr, "bank: %s: %s\n", what, strerror(errno));
}

/* A count in decimal, or -1. strtol alone would also take " 7", "+7" and "7 apples". */
static long parse_count(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (!isdigit((unsigned char)*c))
            return -1;
    errno = 0;
    long count = strtol(text, NULL, 10);
    return (*text == '\0' || errno != 0) ? -1 : count;
}

/* Remove both objects: they live until somebody does so, or until the machine restarts. The segment was made
 * first and goes last: as long as anything is left of this bank, another one finds its key taken. */
static void demolish(const struct bank *bank)
{
    if (bank->semaphores != -1)
        semctl(bank->semaphores, 0, IPC_RMID);
    if (bank->segment != -1)
        shmctl(bank->segment, IPC_RMID, NULL);
}

/* Every balance to 100, every semaphore to 1. What a new set holds is undefined by POSIX, and 0 on Linux, which
 * nobody could take: it must be set, and before anybody else uses it. */
static int fill(struct bank *bank)
{
    unsigned short *ones = malloc((size_t)bank->accounts * sizeof *ones);
    if (ones == NULL)
        return -1;
    for (long account = 0; account < bank->accounts; account++) {
        bank->balances[account] = OPENING_BALANCE;
        ones[account] = 1;
    }
    int result = semctl(bank->semaphores, 0, SETALL, (union semun){.array = ones});
    free(ones);
    return result;
}

/*
 * Make the segment and the set, or neither. IPC_EXCL makes "is the key free?" and "then it is mine" one act of the
 * kernel: of two programs that try at once exactly one succeeds. What existed before belongs to somebody else, so
 * on failure only what was made here is removed.
 */
static int found(struct bank *bank, key_t key)
{
    const char *failed = NULL;

    bank->segment = shmget(key, (size_t)bank->accounts * sizeof *bank->balances, IPC_CREAT | IPC_EXCL | 0600);
    if (bank->segment == -1) {
        complain("shmget");
        return -1;
    }
    bank->semaphores = semget(key, (int)bank->accounts, IPC_CREAT | IPC_EXCL | 0600);
    if (bank->semaphores == -1)
        failed = "semget";
    else if ((bank->balances = shmat(bank->segment, NULL, 0)) == (void *)-1)
        failed = "shmat";
    else if (fill(bank) == -1)
        failed = "semctl";

    if (failed != NULL) {
        complain(failed);
        demolish(bank);
        return -1;
    }
    return 0;
}

/* Take (-1) or give back (1) two accounts in one step. */
static int change_both(const struct bank *bank, long one, long other, short by)
{
    /* SEM_UNDO stands at the taking and at the giving back: the two cancel each other in the kernel's account.
     * At one of them only, the kernel would "undo" at the end of the teller what nobody has done. */
    struct sembuf both[] = {
        {.sem_num = (unsigned short)one, .sem_op = by, .sem_flg = SEM_UNDO},
        {.sem_num = (unsigned short)other, .sem_op = by, .sem_flg = SEM_UNDO},
    };
    while (semop(bank->semaphores, both, 2) == -1)
        if (errno != EINTR) /* a signal interrupts semop, whatever SA_RESTART says */
            return -1;
    return 0;
}

/* One teller. Returns its exit status. */
static int serve(const struct bank *bank, long teller, long transfers)
{
    for (long i = 0; i < transfers; i++) {
        long from = (teller + i) % bank->accounts;
        long to = (from + 1 + i % (bank->accounts - 1)) % bank->accounts;

        if (change_both(bank, from, to, -1) == -1)
            return EXIT_FAILURE;
        bank->balances[from] -= 1;
        bank->balances[to] += 1;
        if (change_both(bank, from, to, 1) == -1)
            return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

/* Start the tellers and wait until all of them have ended. Returns 0 if all went well. */
static int run_tellers(const struct bank *bank, long tellers, long transfers)
{
    int result = 0;
    long started = 0;

    while (started < tellers) {
        pid_t child = fork(); /* the child inherits the attached segment */
        if (child == 0)
            _exit(serve(bank, started, transfers)); /* not exit(): stdio's buffers are the parent's */
        if (child == -1) {
            complain("fork");
            result = -1;
            break; /* those that did start are still waited for */
        }
        started++;
    }
    while (started > 0) {
        int status;
        if (wait(&status) == -1) {
            if (errno == EINTR)
                continue;
            complain("wait");
            return -1;
        }
        started--;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) {
            fprintf(stderr, "bank: a teller did not end well\n");
            result = -1;
        }
    }
    return result;
}

/* The tellers have been waited for: all they did has happened, and nobody else is left. So this needs no lock. */
static int print_balances(const struct bank *bank)
{
    long total = 0;

    setvbuf(stdout, NULL, _IOLBF, 0); /* each line at once, also into a pipe */
    for (long account = 0; account < bank->accounts; account++) {
        printf("%ld\n", bank->balances[account]);
        total += bank->balances[account];
    }
    printf("total %ld\n", total);
    if (fflush(stdout) == EOF || ferror(stdout)) {
        complain("stdout");
        return -1;
    }
    return 0;
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
    if (accounts > USHRT_MAX) { /* semget would be told a smaller number without a word */
        fprintf(stderr, "bank: more accounts than a set has semaphores\n");
        return EXIT_FAILURE;
    }

    struct bank bank = {.accounts = accounts, .segment = -1, .semaphores = -1};
    if (accounts < 2)
        transfers = 0; /* there is no other account to give anything to */
    if (accounts > 0 && found(&bank, (key_t)key) == -1) /* objects of size 0 do not exist */
        return EXIT_FAILURE;

    int result = run_tellers(&bank, tellers, transfers);
    if (result == 0)
        result = print_balances(&bank);
    demolish(&bank);
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
