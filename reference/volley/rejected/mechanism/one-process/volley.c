/* Wrong: one process prints both sides; no signal, no child. */
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
    for (long round = 1; round <= count; round++)
        printf("ping %ld\npong %ld\n", round, round);
    return 0;
}
