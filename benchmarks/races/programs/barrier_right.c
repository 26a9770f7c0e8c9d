/* right: each child reads its neighbour's cell when both have passed a barrier for two.
   prints: 2 1 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    pthread_barrier_t barrier;
    int cells[2], results[2];
} *shared;

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

static void work(int me)
{
    if (me == 1)
        spend_time();
    shared->cells[me] = me + 1;
    pthread_barrier_wait(&shared->barrier);
    shared->results[me] = shared->cells[1 - me];
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    pthread_barrierattr_t attributes;
    pthread_barrierattr_init(&attributes);
    pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&shared->barrier, &attributes, 2);
    for (int child = 0; child < 2; child++)
        if (fork() == 0) {
            work(child);
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    printf("%d %d\n", shared->results[0], shared->results[1]);
    return 0;
}
