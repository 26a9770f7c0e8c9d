/* Wrong: each fork begins at 2, so that both neighbours have it. */
#include <ctype.h>
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void complain(const char *what)
{
    fprintf(stderr, "dine: ");
    perror(what);
}

/* Reads a decimal number of 0 or more; false if the text is anything else. */
static bool parse_count(const char *text, long *count)
{
    char *end;
    errno = 0;
    *count = strtol(text, &end, 10);
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0; /* strtol takes " 7" and "-7", too */
}

/* Take a fork; sleeps until it lies on the table. */
static bool take(sem_t *fork)
{
    while (sem_wait(fork) == -1)
        if (errno != EINTR) /* a signal may end the waiting early: then wait again */
            return false;
    return true;
}

/* The life of a philosopher. Returns his exit status. */
static int philosopher(long me, long seats, sem_t *forks, long meals)
{
    long left = me, right = (me + 1) % seats;
    sem_t *first = &forks[left < right ? left : right];
    sem_t *second = &forks[left < right ? right : left];

    for (long meal = 1; meal <= meals; meal++) {
        if (!take(first))
            return EXIT_FAILURE;
        if (first != second && !take(second)) /* who dines alone has one fork only, left and right of him */
            return EXIT_FAILURE;

        /* This is the meal, and so it ends before a fork is put down: what is only in stdio's buffer is not
         * printed yet. */
        bool printed = printf("%ld eats %ld\n", me, meal) > 0 && fflush(stdout) == 0;

        /* In which order they are put down does not matter: nobody waits in sem_post. */
        if (first != second)
            sem_post(second);
        sem_post(first);
        if (!printed)
            return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

/* The table: N forks, in memory that is still the same memory after fork(), which copies all other. It has no
 * name, and goes with the last process that has it. Returns NULL on failure. */
static sem_t *lay_table(long seats)
{
    if ((size_t)seats > SIZE_MAX / sizeof(sem_t)) {
        errno = ENOMEM;
        return NULL;
    }
    size_t size = (size_t)seats * sizeof(sem_t);
    sem_t *forks = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (forks == MAP_FAILED)
        return NULL;
    for (long i = 0; i < seats; i++)
        if (sem_init(&forks[i], 1 /* shared between processes */, 2) == -1)
            return NULL;
    return forks;
}

/* Wait for the philosophers; false if one of them failed. */
static bool all_went_well(const pid_t *guests, long count)
{
    bool well = true;
    for (long i = 0; i < count; i++) {
        int status;
        while (waitpid(guests[i], &status, 0) == -1)
            if (errno != EINTR)
                return false;
        well = well && status == 0;
    }
    return well;
}

int main(int argc, char **argv)
{
    long seats, meals;
    if (argc != 3 || !parse_count(argv[1], &seats) || !parse_count(argv[2], &meals)) {
        fprintf(stderr, "usage: dine N MEALS\n");
        return 2;
    }
    if (seats == 0)
        return EXIT_SUCCESS; /* nobody has come; and mmap refuses a size of 0 */

    sem_t *forks = lay_table(seats);
    pid_t *guests = calloc((size_t)seats, sizeof *guests);
    if (forks == NULL || guests == NULL) {
        complain("the table");
        return EXIT_FAILURE;
    }

    long here = 0;
    for (; here < seats; here++) {
        guests[here] = fork();
        if (guests[here] == 0)
            _exit(philosopher(here, seats, forks, meals)); /* not exit(): stdio's buffers are the parent's */
        if (guests[here] == -1) {
            complain("fork");
            break;
        }
    }
    /* If not all could come, those who did can still eat: nobody waits for a guest, only for a fork. */
    bool well = all_went_well(guests, here) && here == seats;
    free(guests);
    return well ? EXIT_SUCCESS : EXIT_FAILURE;
}
