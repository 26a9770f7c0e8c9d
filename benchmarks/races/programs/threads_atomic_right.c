/* right: a thread tells by an atomic flag, with release and acquire order, that the number is there.
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
    number = 42;
    atomic_store_explicit(&ready, 1, memory_order_release);
    return unused;
}

int main(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, tell, NULL) != 0)
        err(1, "thread");
    while (!atomic_load_explicit(&ready, memory_order_acquire))
        sched_yield();
    int seen = number;
    pthread_join(thread, NULL);
    printf("%d\n", seen);
    return 0;
}
