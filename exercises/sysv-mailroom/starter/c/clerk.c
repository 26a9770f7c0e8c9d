/*
 * usage: clerk KEY
 *
 * Answers each request in the queue KEY with its text in upper case, until SIGTERM.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* False if `text` is anything but a decimal number, or one too big for a key. */
static bool parse_key(const char *text, int *key)
{
    errno = 0;
    long number = strtol(text, NULL, 10);
    *key = (int)number;
    return *text != '\0' && strspn(text, "0123456789") == strlen(text) && errno == 0 && number <= INT_MAX;
}

int main(int argc, char *argv[])
{
    int key;
    if (argc != 2 || !parse_key(argv[1], &key)) {
        fprintf(stderr, "usage: clerk KEY\n");
        return 2;
    }

    /* Step 1: decide who waits for SIGTERM, and arrange for it before there is a queue. It may come at any moment, also
     *         just before msgrcv sleeps. What becomes of msgrcv when somebody else removes the queue? */

    /* Step 2: make the queue, with mode 0600. */

    /* Step 3: what does a request look like, and what an answer? Which of its members does the size not count? */

    /* Step 4: take a request, and nothing but requests, and answer it; again and again. */

    /* Step 5: on SIGTERM remove the queue and return 0. */

    fprintf(stderr, "clerk: not written yet (%d)\n", key);
    return EXIT_FAILURE;
}
