/* right: two children append to a log that each has opened with O_APPEND.
   prints: 200 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void child(void)
{
    int log = open("log", O_WRONLY | O_APPEND);
    if (log == -1)
        err(1, "log");
    for (int round = 0; round < 20; round++) {
        if (write(log, "line\n", 5) != 5)
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
