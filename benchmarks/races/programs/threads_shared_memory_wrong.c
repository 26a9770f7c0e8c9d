/* wrong: two threads of one process change a number in shared memory with no lock.
   prints: 40 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>

static struct shared {
    pthread_mutex_t mutex;
    int number;
} *shared;

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

static void *add(void *unused)
{
    for (int round = 0; round < 20; round++) {
        int seen = shared->number; /* race */
        spend_time();
        shared->number = seen + 1; /* race */
    }
    return unused;
}

int main(void)
{
    pthread_t threads[2];
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || pthread_mutex_init(&shared->mutex, NULL) != 0)
        err(1, "setting up");
    for (int n = 0; n < 2; n++)
        pthread_create(&threads[n], NULL, add, NULL);
    for (int n = 0; n < 2; n++)
        pthread_join(threads[n], NULL);
    printf("%d\n", shared->number);
    return 0;
}
