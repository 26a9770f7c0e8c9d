/* wrong: threads of <threads.h> change a global variable with no lock.
   prints: 40 */
#include <err.h>
#include <stdio.h>
#include <threads.h>

static mtx_t mutex;
static int number;

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

static int add(void *unused)
{
    (void)unused;
    for (int round = 0; round < 20; round++) {
        int seen = number; /* race */
        spend_time();
        number = seen + 1; /* race */
    }
    return 0;
}

int main(void)
{
    thrd_t threads[2];
    if (mtx_init(&mutex, mtx_plain) != thrd_success)
        err(1, "mutex");
    for (int n = 0; n < 2; n++)
        thrd_create(&threads[n], add, NULL);
    for (int n = 0; n < 2; n++)
        thrd_join(threads[n], NULL);
    printf("%d\n", number);
    return 0;
}
