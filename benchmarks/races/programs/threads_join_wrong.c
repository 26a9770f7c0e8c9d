/* wrong: the result is read before the thread is joined.
   prints: 42 */
#include <pthread.h>
#include <stdio.h>

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

static void *compute(void *result)
{
    spend_time();
    *(int *)result = 42; /* race */
    return NULL;
}

static int answer;

int main(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, compute, &answer) != 0)
        return 1;
    int seen = answer; /* race */
    pthread_join(thread, NULL);
    printf("%d\n", seen);
    return 0;
}
