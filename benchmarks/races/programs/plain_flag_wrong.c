/* wrong: the flag that says that the number is there is a plain variable.
   prints: 42 */
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int ready, number;
} *shared;

static void child(void)
{
    shared->number = 42;
    shared->ready = 1; /* race */
}

static int is_ready(void)
{
    return shared->ready; /* race */
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
    while (!is_ready())
        sched_yield();
    int seen = shared->number;
    wait(NULL);
    printf("%d\n", seen);
    return 0;
}
