/*
 * dine N MEALS - N philosophers eat MEALS times each, with two forks
 *
 * Compile: gcc -std=gnu11 -Wall -Wextra -pthread -o dine dine.c
 *
 * So far one philosopher eats, and he has no forks. What is missing is marked with "Step".
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* Reads a decimal number of 0 or more; false if the text is anything else. */
static bool parse_count(const char *text, long *count)
{
    char *end;
    errno = 0;
    *count = strtol(text, &end, 10);
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0;
}

/* The life of a philosopher. */
static void philosopher(long me, long meals)
{
    for (long meal = 1; meal <= meals; meal++) {
        /* Step 3: take both forks. In which order, so that there is never a circle of waiting? */

        printf("%ld eats %ld\n", me, meal);
        fflush(stdout); /* printed now, not when the process ends */

        /* Step 4: put them down. */
    }
}

int main(int argc, char **argv)
{
    long seats, meals;
    if (argc != 3 || !parse_count(argv[1], &seats) || !parse_count(argv[2], &meals)) {
        fprintf(stderr, "usage: dine N MEALS\n");
        return 2;
    }

    /* Step 2: lay the table, with a semaphore for each fork, where all processes see the same ones. Which value has
     * each at the start? What if nobody comes? */

    /* Step 1: start all philosophers, not one. */
    pid_t guest = fork();
    if (guest == -1) {
        perror("fork");
        return 1;
    }
    if (guest == 0) {
        philosopher(0, meals);
        _exit(0);
    }

    /* Step 5: wait for all of them, and remove what would stay behind. */
    waitpid(guest, NULL, 0);

    fprintf(stderr, "dine: not finished yet (%ld philosophers)\n", seats);
    return 1;
}
