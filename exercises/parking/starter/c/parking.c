/*
 * parking SPACES CARS - cars wait for a free space
 *
 * Compile: gcc -std=gnu11 -Wall -Wextra -pthread -o parking parking.c
 *
 * So far one process drives all cars, one after the other, and there is no car park. The comments marked TODO
 * say what is missing.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* A count in decimal, or -1. */
static long parse_count(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (!isdigit((unsigned char)*c))
            return -1;
    errno = 0;
    long count = strtol(text, NULL, 10);
    return (*text == '\0' || errno != 0) ? -1 : count;
}

/* TODO: what the processes share. The mutex, the condition variable, and what says which spaces are taken. */

/* TODO: take a space, and wait as long as there is none. */
static void park(long car)
{
    (void)car;
}

/* TODO: give the space back, and let a car that waits know. */
static void leave(long car)
{
    (void)car;
}

static void drive(long car)
{
    park(car);
    printf("enter %ld\n", car);
    fflush(stdout); /* printed now, not when the process ends */
    printf("leave %ld\n", car);
    fflush(stdout);
    leave(car);
}

int main(int argc, char *argv[])
{
    long spaces = argc == 3 ? parse_count(argv[1]) : -1;
    long cars = argc == 3 ? parse_count(argv[2]) : -1;
    if (spaces < 0 || cars < 0) {
        fprintf(stderr, "usage: parking SPACES CARS\n");
        return 2;
    }

    /* TODO: a shared mapping, and in it a mutex and a condition variable for several processes. The mutex
     * must be robust, too. */

    /* TODO: start a process for each car. */
    for (long car = 1; car <= cars; car++)
        drive(car);

    /* TODO: wait for all of them. */

    fprintf(stderr, "parking: not finished yet\n");
    return 1;
}
