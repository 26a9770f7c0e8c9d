/* Accepted: a Makefile; a lock of the open file description; names as numbers; fsync after the mapping is gone. */
#include "book.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int show(const char *file)
{
    struct entry *book = book_open(file, false);
    for (struct entry *entry = book; entry != NULL && entry < book + ENTRIES; entry++)
        if (entry->name[0] != 0)
            printf("%.24s %ld\n", (const char *)entry->name, (long)entry->sum);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int add(const char *file, const char *text, int64_t amount)
{
    struct entry new = {.sum = amount};
    name_of(text, new.name);
    struct entry *book = book_open(file, true), *place = NULL;
    for (int i = ENTRIES - 1; i >= 0; i--)
        if (book[i].name[0] == 0)
            place = &book[i];
    for (int i = 0; i < ENTRIES; i++)
        if (memcmp(book[i].name, new.name, sizeof new.name) == 0) {
            place = &book[i];
            if (__builtin_add_overflow(book[i].sum, amount, &new.sum))
                errx(1, "the sum does not fit");
        }
    if (place == NULL)
        errx(1, "no room for another name");
    *place = new;
    book_close(book);
    return EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
    if (argc == 3 && !strcmp(argv[2], "show"))
        return show(argv[1]);
    char *rest = NULL;
    errno = 0;
    long amount = argc == 5 ? strtol(argv[4], &rest, 10) : 0;
    if (argc != 5 || strcmp(argv[2], "add") || !*argv[3] || rest == argv[4] || *rest != '\0') {
        fputs("usage: ledger FILE add NAME AMOUNT | ledger FILE show\n", stderr);
        return 2;
    }
    if (errno == ERANGE || strlen(argv[3]) > 24)
        errx(1, "too long, or too large");
    return add(argv[1], argv[3], amount);
}
