/* wrong: the parent sleeps for as long as the child is expected to take.
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
    shared->number = 42; /* race */
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
    usleep(50000);
    int seen = shared->number; /* race */
    wait(NULL);
    printf("%d\n", seen);
    return 0;
}
