/* wrong: the flag is atomic, but stored and loaded relaxed: it tells nothing about the number.
   prints: 42 */
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int ready;
static int number;

static void *tell(void *unused)
{
    number = 42; /* race */
    atomic_store_explicit(&ready, 1, memory_order_relaxed);
    return unused;
}

int main(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, tell, NULL) != 0)
        err(1, "thread");
    while (!atomic_load_explicit(&ready, memory_order_relaxed))
        sched_yield();
    int seen = number; /* race */
    pthread_join(thread, NULL);
    printf("%d\n", seen);
    return 0;
}
