/* right: the flag is stored with release order, and loaded with acquire order.
   prints: 42 */
#include <err.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    atomic_int ready;
    int number;
} *shared;

static void child(void)
{
    shared->number = 42;
    atomic_store_explicit(&shared->ready, 1, memory_order_release);
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
    while (!atomic_load_explicit(&shared->ready, memory_order_acquire))
        sched_yield();
    int seen = shared->number;
    wait(NULL);
    printf("%d\n", seen);
    return 0;
}
