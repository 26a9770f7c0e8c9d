/*
 * usage: customer KEY ID TEXT
 *        customer --try KEY ID
 *
 * Sends TEXT to the clerk and prints the answer; or prints an answer that is waiting, and exits with 3 if there is none.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* False if `text` is anything but a decimal number, or one too big for a long. */
static bool parse(const char *text, long *number)
{
    errno = 0;
    *number = strtol(text, NULL, 10);
    return *text != '\0' && strspn(text, "0123456789") == strlen(text) && errno == 0;
}

int main(int argc, char *argv[])
{
    long key, id;
    int try = argc > 1 && strcmp(argv[1], "--try") == 0;
    if (argc != 4 || !parse(argv[1 + try], &key) || key > INT_MAX || !parse(argv[2 + try], &id) || id < 2 ||
        (!try && strchr(argv[3], '\n') != NULL)) {
        fprintf(stderr, "usage: customer KEY ID TEXT, or customer --try KEY ID\n");
        return 2;
    }

    /* Step 1: does TEXT fit? Find out before you send anything. */

    /* Step 2: find the queue; it is the clerk's. */

    /* Step 3: send the request, unless you only look. */

    /* Step 4: take your own answer, and nobody else's. How do you say that you do not want to wait? */

    /* Step 5: what if the clerk removes the queue while you sleep? */

    fprintf(stderr, "customer: not written yet (%ld, %ld)\n", key, id);
    return EXIT_FAILURE;
}
