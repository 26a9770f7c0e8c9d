/* wrong: two threads of one process read a global variable before they take the mutex.
   prints: 40 */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int number;

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

static void *add(void *unused)
{
    for (int round = 0; round < 20; round++) {
        int seen = number; /* race */
        pthread_mutex_lock(&mutex);
        spend_time();
        number = seen + 1; /* race */
        pthread_mutex_unlock(&mutex);
    }
    return unused;
}

int main(void)
{
    pthread_t threads[2];
    for (int n = 0; n < 2; n++)
        pthread_create(&threads[n], NULL, add, NULL);
    for (int n = 0; n < 2; n++)
        pthread_join(threads[n], NULL);
    printf("%d\n", number);
    return 0;
}
