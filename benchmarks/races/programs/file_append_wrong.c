/* wrong: two children go to the end of a log and write there: by then it may not be the end any more.
   prints: 200 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void child(void)
{
    int log = open("log", O_WRONLY);
    if (log == -1)
        err(1, "log");
    for (int round = 0; round < 20; round++) {
        lseek(log, 0, SEEK_END);
        if (write(log, "line\n", 5) != 5) /* race */
            err(1, "write");
    }
}

int main(void)
{
    struct stat status;
    int log = open("log", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (log == -1)
        err(1, "log");
    for (int n = 0; n < 2; n++)
        if (fork() == 0) {
            child();
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    fstat(log, &status);
    printf("%ld\n", (long)status.st_size);
    return 0;
}
