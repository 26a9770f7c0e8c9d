/* right: the parent waits for the end of the child that writes the number.
   prints: 42 */
#include <err.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int number;
} *shared;

static void child(void)
{
    shared->number = 42;
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    if (fork() == 0) {
        child();
        _exit(0);
    }
    wait(NULL);
    int seen = shared->number;
    printf("%d\n", seen);
    return 0;
}
