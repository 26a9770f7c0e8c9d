/* right: the child posts when the number is there, and the parent reads it after its wait.
   prints: 42 */
#include <err.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    sem_t ready;
    int number;
} *shared;

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

static void child(void)
{
    spend_time();
    shared->number = 42;
    sem_post(&shared->ready);
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || sem_init(&shared->ready, 1, 0) == -1)
        err(1, "semaphore");
    if (fork() == 0) {
        child();
        _exit(0);
    }
    sem_wait(&shared->ready);
    int seen = shared->number;
    wait(NULL);
    printf("%d\n", seen);
    return 0;
}
