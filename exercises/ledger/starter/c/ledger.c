/*
 * usage: ledger FILE add NAME AMOUNT
 *        ledger FILE show
 *
 * FILE is a table of 64 records of 32 bytes: a name of 24 bytes, and a sum.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct record {
    char name[24];  /* NULs at the end. Is there always one? */
    int64_t amount; /* lowest byte first, as this machine has it */
};

/* A decimal number. Returns false if `text` is none; one that does not fit sets errno. */
static bool parse_amount(const char *text, int64_t *amount)
{
    char *end;
    if (!isdigit((unsigned char)text[*text == '-']))
        return false;
    errno = 0;
    *amount = strtoll(text, &end, 10);
    return *end == '\0';
}

static int add(const char *file, const char *name, int64_t amount)
{
    /* Step 1: is the name short enough? */

    /* Step 2: open the file, and make it if it is not there. Then lock all of it with fcntl, so that nobody else
     *         is here at the same time. What may you look at before you have the lock? */

    /* Step 3: a new file has no bytes. How long must it be before it is mapped? Which kind of mapping do others
     *         see? */

    /* Step 4: find the record of this name, or a free one. What if there is neither? */

    /* Step 5: add, if the sum fits. In which order do you store a new record: what is there if you are killed? */

    /* Step 6: wait until the disk has it. */

    fprintf(stderr, "ledger: not written yet (%s: %s %lld)\n", file, name, (long long)amount);
    return EXIT_FAILURE;
}

static int show(const char *file)
{
    /* Step 7: print what is in use. What if there is no file? */

    fprintf(stderr, "ledger: not written yet (%s, %zu bytes a record)\n", file, sizeof(struct record));
    return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
    int64_t amount;
    if (argc == 3 && strcmp(argv[2], "show") == 0)
        return show(argv[1]);
    if (argc != 5 || strcmp(argv[2], "add") != 0 || *argv[3] == '\0' || !parse_amount(argv[4], &amount)) {
        fprintf(stderr, "usage: ledger FILE add NAME AMOUNT\n       ledger FILE show\n");
        return 2;
    }
    if (errno != 0) {
        perror("ledger");
        return EXIT_FAILURE;
    }
    return add(argv[1], argv[3], amount);
}
