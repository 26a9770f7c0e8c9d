/*
 * usage: counter NAME WORKERS ITERATIONS
 *
 * WORKERS child processes add 1 to a number in shared memory, ITERATIONS times each.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

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
    long workers = argc == 4 ? parse_count(argv[2]) : -1;
    long iterations = argc == 4 ? parse_count(argv[3]) : -1;
    if (workers < 0 || iterations < 0) {
        fprintf(stderr, "usage: counter NAME WORKERS ITERATIONS\n");
        return 2;
    }
    const char *name = argv[1];

    /* Step 1: make the segment, only if its name is free. Give it its size, and map it. */

    /* Step 2: make the semaphore, only if its name is free. Which value does it begin with? If a step fails:
     *         what have you made so far, and what belongs to somebody else? */

    /* Step 3: start the workers. What must be done before, so that they share the number? */

    /* Step 4: in a worker, add 1, `iterations` times. What must lie under the semaphore? How does a child
     *         end, so that it does not go on as a second parent? */

    /* Step 5: when may the parent read the total? Do what is needed for that, then print it. */

    /* Step 6: remove both names. What if something has failed in between? */

    fprintf(stderr, "counter: not written yet (%s, %ld workers, %ld times)\n", name, workers, iterations);
    return EXIT_FAILURE;
}
