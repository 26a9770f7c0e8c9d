/* Wrong: one process prints both sides; no pipe, no child. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static long parse_count(const char *text)
{
    char *end;
    errno = 0;
    long count = strtol(text, &end, 10);
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0 ? count : -1;
}

int main(int argc, char **argv)
{
    long count = argc == 2 ? parse_count(argv[1]) : -1;
    if (count < 0) {
        fprintf(stderr, "usage: %s COUNT\n", argv[0]);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (long number = 1; number <= 2 * count; number++)
        printf("%s %ld\n", number % 2 ? "parent" : "child", number);
    return 0;
}
