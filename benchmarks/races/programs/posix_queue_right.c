/* right: a message says which record is filled; the sender leaves that record alone from then on.
   prints: 1 2 */
#include <err.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORD(message) ((int)(message))

static struct shared {
    int records[2];
} *shared;

static void sender(mqd_t queue)
{
    for (int n = 0; n < 2; n++) {
        char number = (char)n;
        shared->records[RECORD(n)] = n + 1;
        if (mq_send(queue, &number, 1, 0) == -1)
            err(1, "mq_send");
    }
}

int main(void)
{
    struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 1};
    char number;
    int seen[2];
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    mqd_t queue = mq_open("/races-queue", O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
    if (shared == MAP_FAILED || queue == -1)
        err(1, "queue");
    mq_unlink("/races-queue");
    if (fork() == 0) {
        sender(queue);
        _exit(0);
    }
    for (int n = 0; n < 2; n++) {
        if (mq_receive(queue, &number, 1, NULL) == -1)
            err(1, "mq_receive");
        seen[n] = shared->records[RECORD(number)];
    }
    wait(NULL);
    printf("%d %d\n", seen[0], seen[1]);
    return 0;
}
