/* Three children wait for the same thing in the same way; on a line of input they are served one by one. */
#include "expect.h"
#include <mqueue.h>
#include <semaphore.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>

static int fds[2], pair[2], queue, set, lock;
static sem_t *semaphore;
static mqd_t mq;

static void await(const char *how)
{
    char text[64];
    if (!strcmp(how, "read"))
        CHECK(read(fds[0], text, 1) == 1);
    else if (!strcmp(how, "recv"))
        CHECK(recv(pair[0], text, 1, 0) == 1);
    else if (!strcmp(how, "msgrcv"))
        CHECK(msgrcv(queue, text, 16, 0, 0) == 1);
    else if (!strcmp(how, "mq_receive"))
        CHECK(mq_receive(mq, text, 16, NULL) == 1);
    else if (!strcmp(how, "sem_wait"))
        CHECK(sem_wait(semaphore) == 0);
    else if (!strcmp(how, "semop"))
        CHECK(semop(set, (struct sembuf[]){{0, -1, 0}}, 1) == 0);
    else if (!strcmp(how, "flock"))
        CHECK(flock(open("lock", O_RDWR), LOCK_EX) == 0);
    else if (!strcmp(how, "fcntl"))
        CHECK(fcntl(lock, F_SETLKW, &(struct flock){.l_type = F_WRLCK}) == 0);
}

static void serve(const char *how, int number)
{
    struct {
        long type;
        char text[1];
    } message = {1, "x"};
    if (!strcmp(how, "read"))
        write(fds[1], "x", 1);
    else if (!strcmp(how, "recv"))
        write(pair[1], "x", 1);
    else if (!strcmp(how, "msgrcv"))
        msgsnd(queue, &message, 1, 0);
    else if (!strcmp(how, "mq_receive"))
        mq_send(mq, "x", 1, 0);
    else if (!strcmp(how, "sem_wait"))
        sem_post(semaphore);
    else if (!strcmp(how, "semop"))
        semop(set, (struct sembuf[]){{0, 1, 0}}, 1);
    else if (!strcmp(how, "flock") && !number)
        flock(lock, LOCK_UN);
    else if (!strcmp(how, "fcntl") && !number)
        fcntl(lock, F_SETLK, &(struct flock){.l_type = F_UNLCK});
}

int main(int argc, char **argv)
{
    const char *how = argv[argc - 1];
    char go;
    struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 16};

    pipe(fds);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    queue = msgget(IPC_PRIVATE, 0600);
    set = semget(IPC_PRIVATE, 1, 0600);
    semaphore = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    sem_init(semaphore, 1, 0);
    mq = mq_open("/rivals", O_RDWR | O_CREAT, 0600, &attributes);
    lock = open("lock", O_RDWR | O_CREAT, 0600);
    flock(lock, LOCK_EX);
    fcntl(lock, F_SETLK, &(struct flock){.l_type = F_WRLCK});
    for (int child = 0; child < 3; child++)
        if (fork() == 0) {
            char name = (char)('a' + child);
            await(how);
            write(1, &name, 1);
            _exit(0);
        }
    CHECK(read(0, &go, 1) == 1);
    for (int child = 0; child < 3; child++)
        serve(how, child);
    for (int child = 0; child < 3; child++)
        CHECK(wait(NULL) > 0);
    mq_unlink("/rivals");
    return 0;
}
