#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "visitor.h"

int main(int argc, char **argv)
{
    if (argc != 3 || strchr(argv[2], '\n') != NULL) {
        fputs("usage: writer FILE TEXT\n", stderr);
        return 2;
    }
    FILE *file = enter(argv[1], "r+", LOCK_EX);
    if (file == NULL) {
        perror(argv[1]);
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    puts("writing");
    until_told();
    int bad = ftruncate(fileno(file), 0) != 0 || fprintf(file, "%s\n", argv[2]) < 0;
    return fclose(file) == 0 && !bad ? 0 : 1; /* writes what is buffered first, and gives the lock back by closing */
}
