/* wrong: two children write one record of a file, a half at a time, with no lock: it may end as half of
   each.
   prints: whole */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int file;

static void write_record(const char *half)
{
    for (int round = 0; round < 20; round++) {
        for (int n = 0; n < 2; n++)
            if (pwrite(file, half, 1, n) != 1) /* race */
                err(1, "pwrite");
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
