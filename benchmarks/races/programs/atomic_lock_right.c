/* right: a lock of its own: taken by an exchange with acquire order, given back with release order.
   prints: 40 */
#include <err.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    atomic_int taken;
    int number;
} *shared;

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

static void add(void)
{
    for (int round = 0; round < 20; round++) {
        while (atomic_exchange_explicit(&shared->taken, 1, memory_order_acquire))
            sched_yield();
        int seen = shared->number;
        spend_time();
        shared->number = seen + 1;
        atomic_store_explicit(&shared->taken, 0, memory_order_release);
    }
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    for (int child = 0; child < 2; child++)
        if (fork() == 0) {
            add();
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    printf("%d\n", shared->number);
    return 0;
}
