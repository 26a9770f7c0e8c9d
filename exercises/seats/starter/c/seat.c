/*
 * usage: seat FILE ROW NAME
 *
 * Reserves row ROW (0 to 99) for NAME, in a file of 100 records of 16 bytes.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 100, RECORD = 16 };

/* The number of a row, or -1 if `text` is anything else. */
static int parse_row(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (!isdigit((unsigned char)*c))
            return -1;
    errno = 0;
    long row = strtol(text, NULL, 10);
    return *text == '\0' || errno != 0 || row >= ROWS ? -1 : (int)row;
}

int main(int argc, char *argv[])
{
    int row = argc == 4 ? parse_row(argv[2]) : -1;
    if (row == -1 || argv[3][0] == '\0') {
        fprintf(stderr, "usage: seat FILE ROW NAME\n");
        return 2;
    }
    const char *path = argv[1];
    const char *name = argv[3];

    /* Step 1: a name of more than RECORD bytes is a failure. */

    /* Step 2: open FILE, and make it, with all its records, if it is not there. What if somebody else does so at
     *         the same time, and has already reserved a row? */

    /* Step 3: lock the record, and no other byte (struct flock, F_SETLKW). What gives such a lock back? */

    /* Step 4: print `holding ROW`, so that it is seen at once, and wait for a line or the end of stdin. */

    /* Step 5: look who has the row, and write the name if nobody has. What if a name has RECORD bytes? */

    fprintf(stderr, "seat: not written yet (%s, row %d, %s)\n", path, row, name);
    return EXIT_FAILURE;
}
