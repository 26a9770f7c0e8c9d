/* right: a number is read, and written back bigger, inside one semaphore that starts at 1.
   prints: 40 */
#include <err.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    sem_t semaphore;
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
        sem_wait(&shared->semaphore);
        int seen = shared->number;
        spend_time();
        shared->number = seen + 1;
        sem_post(&shared->semaphore);
    }
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || sem_init(&shared->semaphore, 1, 1) == -1)
        err(1, "semaphore");
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
