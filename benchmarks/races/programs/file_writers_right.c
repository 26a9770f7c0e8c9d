/* right: two children write one record of a file, a half at a time, while they have its range locked.
   prints: whole */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int file;

static void lock(int type)
{
    struct flock range = {.l_type = (short)type, .l_whence = SEEK_SET, .l_start = 0, .l_len = 2};
    if (fcntl(file, F_SETLKW, &range) == -1)
        err(1, "fcntl");
}

static void write_record(const char *half)
{
    for (int round = 0; round < 20; round++) {
        lock(F_WRLCK);
        for (int n = 0; n < 2; n++)
            if (pwrite(file, half, 1, n) != 1)
                err(1, "pwrite");
        lock(F_UNLCK);
    }
}

int main(void)
{
    char text[2];
    file = open("record", O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file == -1)
        err(1, "record");
    for (int me = 0; me < 2; me++)
        if (fork() == 0) {
            write_record(me == 0 ? "a" : "b");
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    if (pread(file, text, 2, 0) != 2)
        err(1, "pread");
    printf("%s\n", text[0] == text[1] ? "whole" : "torn");
    return 0;
}
