/* wrong: the semaphore starts at 1, so the parent goes on when the first child has counted it down; the
   second one does not count.
   prints: 42 */
#include <err.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int quick, slow;
} *shared;
static int set;

static void change(int by, int flags)
{
    struct sembuf operation = {0, (short)by, (short)flags};
    semop(set, &operation, 1);
}

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    set = semget(IPC_PRIVATE, 1, 0600);
    if (shared == MAP_FAILED || set == -1 || semctl(set, 0, SETVAL, 1) == -1)
        err(1, "setting up");
    if (fork() == 0) {
        shared->quick = 40;
        change(-1, 0);
        _exit(0);
    }
    if (fork() == 0) {
        spend_time();
        shared->slow = 2; /* race */
        _exit(0);
    }
    change(0, 0);
    int sum = shared->quick;
    sum += shared->slow; /* race */
    while (wait(NULL) > 0)
        ;
    semctl(set, 0, IPC_RMID);
    printf("%d\n", sum);
    return 0;
}
