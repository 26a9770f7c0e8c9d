/* right: both children open the semaphore of the same name.
   prints: 40 */
#include <err.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int number;
} *shared;

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

static void add(const char *name)
{
    sem_t *semaphore = sem_open(name, O_CREAT, 0600, 1);
    if (semaphore == SEM_FAILED)
        err(1, "%s", name);
    for (int round = 0; round < 20; round++) {
        sem_wait(semaphore);
        int seen = shared->number;
        spend_time();
        shared->number = seen + 1;
        sem_post(semaphore);
    }
}

int main(void)
{
    const char *names[] = {"/races-both", "/races-both"};
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int child = 0; child < 2; child++)
        if (fork() == 0) {
            add(names[child]);
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    for (int child = 0; child < 2; child++)
        sem_unlink(names[child]);
    printf("%d\n", shared->number);
    return 0;
}
