/* wrong: a number in a file is read and written back bigger, and the lock is taken for the writing only.
   prints: 40 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

static void add(void)
{
    int number, file = open("number", O_RDWR);
    for (int round = 0; round < 20; round++) {
        if (pread(file, &number, sizeof number, 0) != sizeof number) /* race */
            err(1, "pread");
        number++;
        flock(file, LOCK_EX);
        if (pwrite(file, &number, sizeof number, 0) != sizeof number) /* race */
            err(1, "pwrite");
        flock(file, LOCK_UN);
    }
}

int main(void)
{
    int number = 0, file = open("number", O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file == -1 || write(file, &number, sizeof number) != sizeof number)
        err(1, "number");
    for (int child = 0; child < 2; child++)
        if (fork() == 0) {
            add();
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    if (pread(file, &number, sizeof number, 0) != sizeof number)
        err(1, "pread");
    printf("%d\n", number);
    return 0;
}
