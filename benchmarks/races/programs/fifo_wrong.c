/* wrong: the number is written when the FIFO has been opened, and the other side may go on.
   prints: 42 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int number;
} *shared;

static void child(void)
{
    int out = open("fifo", O_WRONLY);
    if (out == -1)
        err(1, "fifo");
    shared->number = 42; /* race */
    close(out);
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || mkfifo("fifo", 0600) == -1)
        err(1, "fifo");
    if (fork() == 0) {
        child();
        _exit(0);
    }
    int in = open("fifo", O_RDONLY);
    if (in == -1)
        err(1, "fifo");
    int seen = shared->number; /* race */
    wait(NULL);
    printf("%d\n", seen);
    return 0;
}
