/* right: the item is put down before the condition is signalled, all under the mutex.
   prints: 42 */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static int full, item;

static void *producer(void *unused)
{
    pthread_mutex_lock(&mutex);
    full = 1;
    item = 42;
    pthread_cond_signal(&filled);
    pthread_mutex_unlock(&mutex);
    return unused;
}

static int consumer(void)
{
    pthread_mutex_lock(&mutex);
    while (!full)
        pthread_cond_wait(&filled, &mutex);
    int taken = item;
    pthread_mutex_unlock(&mutex);
    return taken;
}

int main(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, producer, NULL) != 0)
        return 1;
    int taken = consumer();
    pthread_join(thread, NULL);
    printf("%d\n", taken);
    return 0;
}
