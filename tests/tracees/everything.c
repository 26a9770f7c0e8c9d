/* A bit of everything that could differ between two runs: addresses, numbers of the kernel, time, bytes nobody wrote. */
#include "expect.h"
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/random.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

struct message {
    long type;
    char text[200];
};

static volatile sig_atomic_t arrived;

static void handler(int number)
{
    arrived += number;
}

__attribute__((noinline)) static void send_rest_of_stack(int queue)
{
    struct message message; /* nobody wrote it */
    message.type = getpid();
    msgsnd(queue, &message, sizeof message.text, 0);
}

static void *thread(void *argument)
{
    char text[32];
    write(*(int *)argument, text, (size_t)snprintf(text, sizeof text, "thread %d\n", gettid()));
    return NULL;
}

int main(int argc, char **argv)
{
    int fds[2], other[2];
    struct message message;
    struct timeval now;
    struct stat status;
    unsigned char random[8];
    char text[256];
    pthread_t threads[2];

    printf("%p %p %p %p\n", (void *)&fds, (void *)main, (void *)printf, malloc(10));
    printf("%d %d %d %ld\n", getpid(), getppid(), argc, (long)getuid());
    gettimeofday(&now, NULL);
    srand((unsigned)time(NULL) ^ (unsigned)getpid());
    getrandom(random, sizeof random, 0);
    printf("%ld.%06ld %d %d\n", now.tv_sec, now.tv_usec, rand(), random[0]);
    key_t keys[] = {ftok(argv[0], 'a'), ftok(".", 'b'), ftok("/tmp", 'c'), ftok("/etc/passwd", 'd'), ftok("/", 'e')};
    printf("%x %x %x %x %x\n", keys[0], keys[1], keys[2], keys[3], keys[4]);
    signal(SIGUSR1, handler);
    signal(SIGALRM, handler);
    pipe(fds);
    socketpair(AF_UNIX, SOCK_STREAM, 0, other);
    int queue = msgget(keys[1], IPC_CREAT | 0600);
    int segment = shmget(keys[1], 4096, IPC_CREAT | 0600);
    int set = semget(keys[1], 1, IPC_CREAT | 0600);
    char *memory = shmat(segment, NULL, 0);
    sem_t *semaphore = sem_open("/everything", O_CREAT, 0600, 1);
    char name[] = "tmpXXXXXX";
    int temporary = mkstemp(name);
    printf("%s\n", name);
    semctl(set, 0, SETVAL, 1);
    for (int child = 0; child < 3; child++)
        if (fork() == 0) {
            send_rest_of_stack(queue);
            for (int i = 0; i < 3; i++) {
                sem_wait(semaphore);
                memory[child]++;
                sem_post(semaphore);
                semop(set, (struct sembuf[]){{0, -1, 0}}, 1);
                usleep((useconds_t)(1000 * child));
                semop(set, (struct sembuf[]){{0, 1, 0}}, 1);
                flock(temporary, LOCK_EX);
                write(fds[1], &child, 4);
                flock(temporary, LOCK_UN);
                if (child == 1)
                    kill(getppid(), SIGUSR1);
            }
            _exit(child);
        }
    alarm(1);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, thread, &other[0]);
    for (int i = 0; i < 9; i++) {
        int who = -1;
        while (read(fds[0], &who, 4) < 0)
            ;
        printf("%d", who);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    ssize_t length = read(other[1], text, sizeof text);
    printf("\n%.*s", (int)length, text);
    poll(&(struct pollfd){fds[0], POLLIN, 0}, 1, 1500);
    for (int child = 0; child < 3; child++) {
        msgrcv(queue, &message, sizeof message.text, 0, 0);
        int how, pid = wait(&how);
        printf("%ld %d %d %d\n", message.type, pid, how, memory[child]);
    }
    printf("%d %ld\n", arrived, clock());
    stat(name, &status);
    printf("%lx %lu\n", status.st_dev, status.st_ino);
    return 0;
}
