#include <stdio.h>
#include <sys/file.h>

#include "visitor.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: reader FILE\n", stderr);
        return 2;
    }
    FILE *file = enter(argv[1], "r", LOCK_SH);
    if (file == NULL) {
        perror(argv[1]);
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    puts("reading");
    until_told();
    for (int c = getc(file); c != EOF; c = getc(file))
        putchar(c);
    return fflush(stdout) == 0 && fclose(file) == 0 ? 0 : 1;
}
