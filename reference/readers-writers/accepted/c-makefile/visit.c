/* Accepted: both programs from one source, by a Makefile; each has its own stdio stream on the locked file, and
 * flushes it before the lock is given back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#ifndef TEXT
#define TEXT 0
#endif
#define NAME_OF(role) #role
#define LINE(role) NAME_OF(role) "\n"

static int die(const char *what)
{
    perror(what);
    exit(1);
}

int main(int argc, char **argv)
{
    if (argc != 2 + TEXT || (TEXT && strpbrk(argv[2], "\n"))) {
        fprintf(stderr, "usage: %s FILE%s\n", argv[0], TEXT ? " TEXT" : "");
        return 2;
    }
    int fd = open(argv[1], O_CREAT | O_RDWR, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r+");
    if (!file)
        die(argv[1]);
    while (flock(fd, LOCK))
        if (errno != EINTR)
            die("flock");
    if (fputs(LINE(ROLE), stdout) < 0 || fflush(stdout))
        die("stdout");

    char piece[64];
    while (fgets(piece, sizeof piece, stdin) && !strchr(piece, '\n'))
        ;

    if (TEXT) {
        if (ftruncate(fd, 0) || fputs(argv[2], file) < 0 || putc('\n', file) < 0 || fflush(file))
            die(argv[1]);
    } else {
        char block[512];
        size_t got;
        while ((got = fread(block, 1, sizeof block, file)) > 0)
            fwrite(block, 1, got, stdout);
        if (ferror(file) || fflush(stdout))
            die(argv[1]);
    }
    if (flock(fd, LOCK_UN))
        die("flock");
    fclose(file);
    return 0;
}
