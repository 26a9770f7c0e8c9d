/* right: the number is changed by whoever has the spin lock.
   prints: 40 */
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    pthread_spinlock_t lock;
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
        while (pthread_spin_trylock(&shared->lock) != 0)
            sched_yield();
        int seen = shared->number;
        spend_time();
        shared->number = seen + 1;
        pthread_spin_unlock(&shared->lock);
        sched_yield();
    }
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    pthread_spin_init(&shared->lock, PTHREAD_PROCESS_SHARED);
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
