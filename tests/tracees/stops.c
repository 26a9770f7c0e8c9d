/* A child is stopped and continued in a call: prints what the call returns then. */
#include "expect.h"
#include <poll.h>
#include <semaphore.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>

static int fds[2], queue;
static sem_t *semaphore;

static long milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void child(const char *name)
{
    long begun = milliseconds(), result = -1;
    char text[64];
    if (!strcmp(name, "read"))
        result = read(fds[0], text, 1);
    else if (!strcmp(name, "nanosleep"))
        result = nanosleep(&(struct timespec){0, 300000000}, NULL);
    else if (!strcmp(name, "poll"))
        result = poll(&(struct pollfd){fds[0], 0, 0}, 1, 300);
    else if (!strcmp(name, "sem_wait"))
        result = sem_wait(semaphore);
    else if (!strcmp(name, "msgrcv"))
        result = msgrcv(queue, text, 16, 0, 0);
    else if (!strcmp(name, "flock"))
        result = flock(open("lock", O_RDWR), LOCK_EX);
    else if (!strcmp(name, "wait"))
        result = wait(NULL) < 0 && errno == ECHILD ? 0 : -1;
    int error = errno;
    printf("%s %s %ld\n", name, result < 0 ? strerrorname_np(error) : "done", (milliseconds() - begun) / 100);
    fflush(stdout);
    _exit(0);
}

int main(void)
{
    static const char *const names[] = {"read", "nanosleep", "poll", "sem_wait", "msgrcv", "flock"};
    long message = 1;
    int status;

    pipe(fds);
    queue = msgget(IPC_PRIVATE, 0600);
    semaphore = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    sem_init(semaphore, 1, 0);
    int lock = open("lock", O_RDWR | O_CREAT, 0600);
    flock(lock, LOCK_EX);
    for (int i = 0; i < 6; i++) {
        pid_t pid = fork();
        if (pid == 0)
            child(names[i]);
        usleep(100000);
        kill(pid, SIGSTOP);
        CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
        usleep(50000);
        kill(pid, SIGCONT);
        CHECK(waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status));
        usleep(50000);
        if (i == 0)
            write(fds[1], "x", 1);
        else if (i == 3)
            sem_post(semaphore);
        else if (i == 4)
            msgsnd(queue, &message, 0, 0);
        else if (i == 5)
            flock(lock, LOCK_UN);
        CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    }
    return 0;
}
