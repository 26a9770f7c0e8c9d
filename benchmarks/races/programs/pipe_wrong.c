/* wrong: the byte that says that the number is there is written first.
   prints: 42 */
#include <err.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int number;
} *shared;
static int ends[2];

static void child(void)
{
    if (write(ends[1], "x", 1) != 1)
        err(1, "write");
    shared->number = 42; /* race */
}

int main(void)
{
    char byte;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || pipe(ends) == -1)
        err(1, "setting up");
    if (fork() == 0) {
        child();
        _exit(0);
    }
    if (read(ends[0], &byte, 1) != 1)
        err(1, "read");
    int seen = shared->number; /* race */
    wait(NULL);
    printf("%d\n", seen);
    return 0;
}
