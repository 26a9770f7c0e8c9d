/*
 * usage: submit [--try] QUEUE PRIORITY TEXT
 *
 * Puts a job into the queue. If it is full, waits; with --try, exits with 3.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A decimal number, or -1 if `text` is anything else. What is too big for an int counts as INT_MAX. */
static int parse_number(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (!isdigit((unsigned char)*c))
            return -1;
    if (*text == '\0')
        return -1;
    errno = 0;
    long number = strtol(text, NULL, 10);
    return errno != 0 || number > INT_MAX ? INT_MAX : (int)number;
}

int main(int argc, char *argv[])
{
    bool try = argc > 1 && strcmp(argv[1], "--try") == 0;
    char **words = argv + (try ? 2 : 1);
    int count = argc - (try ? 2 : 1);
    int priority = count == 3 ? parse_number(words[1]) : -1;
    if (priority < 0 || strchr(words[2], '\n') != NULL) {
        fprintf(stderr, "usage: submit [--try] QUEUE PRIORITY TEXT\n");
        return 2;
    }
    const char *queue_name = words[0], *text = words[2];

    /* Step 1: is TEXT short enough? Find out before you touch the queue. */

    /* Step 2: open the queue, and make it if it is not there, with the right sizes and mode. Can that be done
     *         in one call, so that it does not matter who comes first? */

    /* Step 3: send the job. What happens while the queue is full, and how do you ask for the other behaviour? */

    /* Step 4: tell success, "full" and failure apart. Does anything have to be removed? */

    fprintf(stderr, "submit: not written yet (%s, priority %d, %zu bytes%s)\n", queue_name, priority, strlen(text),
            try ? ", --try" : "");
    return EXIT_FAILURE;
}
