/* right: both children take the first semaphore of the set.
   prints: 40 */
#include <err.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int number;
} *shared;
static int set;

static void change(int which, int by)
{
    struct sembuf operation = {(unsigned short)which, (short)by, SEM_UNDO};
    if (semop(set, &operation, 1) == -1)
        err(1, "semop");
}

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

static void add(int which)
{
    for (int round = 0; round < 20; round++) {
        change(which, -1);
        int seen = shared->number;
        spend_time();
        shared->number = seen + 1;
        change(which, 1);
    }
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    set = semget(IPC_PRIVATE, 2, 0600);
    if (set == -1)
        err(1, "semget");
    unsigned short ones[] = {1, 1};
    semctl(set, 0, SETALL, ones);
    for (int child = 0; child < 2; child++)
        if (fork() == 0) {
            add(0);
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    semctl(set, 0, IPC_RMID);
    printf("%d\n", shared->number);
    return 0;
}
