/* right: the parent waits for the message of the type that the writer of the number sends.
   prints: 42 */
#include <err.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int number;
} *shared;
static int queue;

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

static void child(int me)
{
    struct {
        long type;
        char text;
    } message = {me + 1, 'x'};
    if (me == 1) {
        spend_time();
        shared->number = 42;
    }
    msgsnd(queue, &message, 1, 0);
}

int main(void)
{
    struct {
        long type;
        char text;
    } message;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    queue = msgget(IPC_PRIVATE, 0600);
    if (shared == MAP_FAILED || queue == -1)
        err(1, "queue");
    for (int me = 0; me < 2; me++)
        if (fork() == 0) {
            child(me);
            _exit(0);
        }
    msgrcv(queue, &message, 1, 2, 0);
    int seen = shared->number;
    while (wait(NULL) > 0)
        ;
    msgctl(queue, IPC_RMID, NULL);
    printf("%d\n", seen);
    return 0;
}
