#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ENTRIES 64

struct entry {
    uint64_t name[3]; /* 24 bytes, as three numbers: compared and copied without a look at NULs */
    int64_t sum;
};

/* Lock FILE and map it. Returns NULL if there is none, and `make` is false; does not return after an error. */
struct entry *book_open(const char *file, bool make);
void book_close(struct entry *book);
void name_of(const char *text, uint64_t name[3]);
