/* deadlocks KIND: two children that wait for each other, each way of waiting once. */
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    sem_t locks[2], both;
    pthread_mutex_t mutexes[2];
    pthread_cond_t condition;
} *shared;
static int ends[2][2], files[2], set, queue;
static mqd_t queues[2];

/* Wait until the other one has come as far. */
static void meet(int self)
{
    char byte = 0;
    (void)!write(ends[self][1], &byte, 1);
    (void)!read(ends[1 - self][0], &byte, 1);
}

static void change(int number, int by)
{
    struct sembuf operation = {number, by, 0};
    semop(set, &operation, 1);
}

static void whole_file(int file, int type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET};
    fcntl(files[file], F_SETLKW, &lock);
}

static void take(const char *kind, int number)
{
    if (strcmp(kind, "semaphores") == 0)
        sem_wait(&shared->locks[number]);
    else if (strcmp(kind, "mutexes") == 0)
        pthread_mutex_lock(&shared->mutexes[number]);
    else if (strcmp(kind, "semop") == 0)
        change(number, -1);
    else if (strcmp(kind, "flock") == 0)
        flock(files[number], LOCK_EX);
    else
        whole_file(number, F_WRLCK);
}

static void give(const char *kind, int number)
{
    if (strcmp(kind, "semaphores") == 0)
        sem_post(&shared->locks[number]);
    else if (strcmp(kind, "mutexes") == 0)
        pthread_mutex_unlock(&shared->mutexes[number]);
    else if (strcmp(kind, "semop") == 0)
        change(number, 1);
    else if (strcmp(kind, "flock") == 0)
        flock(files[number], LOCK_UN);
    else
        whole_file(number, F_UNLCK); /* in a circle of these the kernel says EDEADLK */
}

static void locks(const char *kind, int self)
{
    take(kind, self);
    give(kind, self);
    take(kind, self);
    meet(self);
    take(kind, 1 - self);
}

static void waits(const char *kind, int self, int sockets[2])
{
    char text[64];
    struct {
        long type;
        char text[8];
    } message;
    if (strcmp(kind, "sockets") == 0)
        (void)!read(sockets[self], text, sizeof text);
    else if (strcmp(kind, "queue") == 0)
        msgrcv(queue, &message, sizeof message.text, self + 1, 0);
    else if (strcmp(kind, "mq") == 0)
        mq_receive(queues[self], text, sizeof text, NULL);
    else if (strcmp(kind, "condition") == 0) {
        pthread_mutex_lock(&shared->mutexes[0]);
        pthread_cond_wait(&shared->condition, &shared->mutexes[0]);
    } else if (strcmp(kind, "fifos") == 0)
        open(self ? "two" : "one", O_RDONLY);
    else if (strcmp(kind, "mixed") == 0) {
        if (self == 0)
            take("fcntl", 0);
        meet(self);
        if (self == 1)
            take("fcntl", 0);
        else
            (void)!read(sockets[0], text, sizeof text);
    } else
        locks(kind, self);
}

static void prepare(int sockets[2])
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t mutex;
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_condattr_t condition;
    pthread_condattr_init(&condition);
    pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&shared->condition, &condition);
    struct mq_attr small = {.mq_maxmsg = 1, .mq_msgsize = 64};
    for (int i = 0; i < 2; i++) {
        sem_init(&shared->locks[i], 1, 1);
        pthread_mutex_init(&shared->mutexes[i], &mutex);
        (void)!pipe(ends[i]);
        queues[i] = mq_open(i ? "/two" : "/one", O_CREAT | O_RDWR, 0600, &small);
        mkfifo(i ? "two" : "one", 0600);
    }
    set = semget(IPC_PRIVATE, 2, 0600);
    semctl(set, 0, SETVAL, 1);
    semctl(set, 1, SETVAL, 1);
    queue = msgget(IPC_PRIVATE, 0600);
    socketpair(AF_UNIX, SOCK_STREAM, 0, sockets);
}

int main(int argc, char **argv)
{
    int sockets[2];
    prepare(sockets);
    for (int self = 0; self < 2; self++)
        if (fork() == 0) {
            for (int i = 0; i < 2; i++) /* each its own descriptor, or they would share the locks */
                files[i] = open(i ? "b" : "a", O_RDWR | O_CREAT, 0600);
            waits(argc > 1 ? argv[1] : "", self, sockets);
            return 1;
        }
    while (wait(NULL) > 0) {
    }
    return 0;
}
