/*
 * usage: worker QUEUE COUNT
 *        worker --drain QUEUE
 *
 * Prints COUNT jobs, and waits for them; or prints all that are there, and removes the queue.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static int work(const char *queue_name, long count)
{
    /* Step 1: open the queue, and make it if it is not there, with the right sizes and mode. */

    /* Step 2: take a job, and print its priority and its text. How big must the buffer be? How do you know
     *         where the text ends? Who does the sorting, and who the waiting? */

    /* Step 3: do that `count` times. When does a line leave your program? */

    fprintf(stderr, "worker: not written yet (%s, %ld jobs)\n", queue_name, count);
    return EXIT_FAILURE;
}

static int drain(const char *queue_name)
{
    /* Step 4: open the queue so that you do not wait when it is empty. What if there is none? */

    /* Step 5: print the jobs until nothing is left. Which error is the end, and no failure? */

    /* Step 6: remove the queue. If somebody submits a job in just this moment, is it lost? */

    fprintf(stderr, "worker: not written yet (--drain %s)\n", queue_name);
    return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
    if (argc == 3 && strcmp(argv[1], "--drain") == 0)
        return drain(argv[2]);
    long count = argc == 3 ? parse_count(argv[2]) : -1;
    if (count < 0) {
        fprintf(stderr, "usage: worker QUEUE COUNT\n       worker --drain QUEUE\n");
        return 2;
    }
    return work(argv[1], count);
}
