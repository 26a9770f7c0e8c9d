/* right: whoever has made the file, with O_EXCL, has the lock.
   prints: 40 */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
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

static void take(void)
{
    int file;
    while ((file = open("lock", O_CREAT | O_EXCL | O_WRONLY, 0600)) == -1)
        sched_yield();
    close(file);
}

static void add(void)
{
    for (int round = 0; round < 20; round++) {
        take();
        int seen = shared->number;
        spend_time();
        shared->number = seen + 1;
        unlink("lock");
    }
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
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
