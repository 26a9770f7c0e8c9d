/* Which calls a signal interrupts: with a handler, with SA_RESTART, and by a child's end that nobody asked about.
   Prints `CALL MODE RESULT` as signal(7) has it; the same without the grader. */
#include "expect.h"
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>

static int fds[2], set, queue, lock_fd, other_fd, epoll, pair[2], handled;
static sem_t *semaphore;
static pthread_mutex_t *mutex;
static mqd_t mq;
static pid_t helper;
static struct flock whole = {.l_type = F_WRLCK};

static void handler(int number)
{
    handled += number > 0;
}

static long read_pipe(void)
{
    char one;
    return read(fds[0], &one, 1);
}

static long wait_sem(void)
{
    return sem_wait(semaphore);
}

static long lock_mutex(void)
{
    int result = pthread_mutex_lock(mutex);
    pthread_mutex_unlock(mutex);
    return result;
}

static long take(void)
{
    return semop(set, (struct sembuf[]){{0, -1, 0}}, 1);
}

static long receive(void)
{
    struct {
        long type;
        char text[4];
    } message;
    return msgrcv(queue, &message, 4, 0, 0);
}

static long receive_posix(void)
{
    char text[16];
    return mq_receive(mq, text, 16, NULL);
}

static long poll_pipe(void)
{
    return poll(&(struct pollfd){fds[0], POLLIN, 0}, 1, -1);
}

static long select_pipe(void)
{
    fd_set wanted;
    FD_ZERO(&wanted);
    FD_SET(fds[0], &wanted);
    return select(fds[0] + 1, &wanted, NULL, NULL, NULL);
}

static long wait_epoll(void)
{
    struct epoll_event event;
    return epoll_wait(epoll, &event, 1, -1);
}

static long sleep_long(void)
{
    struct timespec left = {0, 0};
    int result = nanosleep(&(struct timespec){0, 50000000}, &left);
    return result ? -(left.tv_nsec > 10000000 && left.tv_nsec < 50000000) : 0;
}

static long sleep_until(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    now.tv_sec++;
    return -(errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &now, NULL));
}

static long wait_helper(void)
{
    return waitpid(helper, NULL, 0);
}

static long lock_file(void)
{
    int result = flock(other_fd, LOCK_EX);
    flock(other_fd, LOCK_UN);
    return result;
}

static long lock_record(void)
{
    struct flock lock = {.l_type = F_WRLCK};
    int result = fcntl(lock_fd, F_SETLKW, &lock);
    lock.l_type = F_UNLCK;
    fcntl(lock_fd, F_SETLK, &lock);
    return result;
}

static long receive_socket(void)
{
    char one;
    return recv(pair[0], &one, 1, 0);
}

static long open_fifo(void)
{
    int fd = open("fifo", O_RDONLY);
    if (fd >= 0)
        close(fd);
    return fd;
}

static long wait_signal(void)
{
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGUSR2);
    return sigwaitinfo(&wanted, NULL);
}

static void satisfy(const char *name)
{
    if (strstr("read poll select epoll_wait", name))
        write(fds[1], "x", 1);
    else if (!strcmp(name, "sem_wait"))
        sem_post(semaphore);
    else if (!strcmp(name, "semop"))
        semop(set, (struct sembuf[]){{0, 1, 0}}, 1);
    else if (!strcmp(name, "msgrcv")) {
        long type = 1;
        msgsnd(queue, &type, 0, 0);
    } else if (!strcmp(name, "mq_receive"))
        mq_send(mq, "", 0, 0);
    else if (!strcmp(name, "recv"))
        write(pair[1], "x", 1);
    else if (!strcmp(name, "open"))
        close(open("fifo", O_WRONLY | O_NONBLOCK));
    else if (!strcmp(name, "flock"))
        flock(lock_fd, LOCK_UN);
    else if (!strcmp(name, "mutex"))
        pthread_mutex_unlock(mutex);
    else if (!strcmp(name, "sigwait"))
        kill(getppid(), SIGUSR2);
}

static void reset(void)
{
    char text[64];
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    while (read(fds[0], text, sizeof text) > 0)
        ;
    fcntl(fds[0], F_SETFL, 0);
    while (sem_trywait(semaphore) == 0)
        ;
    while (semop(set, (struct sembuf[]){{0, -1, IPC_NOWAIT}}, 1) == 0)
        ;
    while (msgrcv(queue, text, 4, 0, IPC_NOWAIT) >= 0)
        ;
    while (mq_timedreceive(mq, text, 16, NULL, &(struct timespec){0, 0}) >= 0)
        ;
    while (recv(pair[0], text, 64, MSG_DONTWAIT) > 0)
        ;
    sigset_t pending;
    sigemptyset(&pending);
    sigaddset(&pending, SIGUSR2);
    while (sigtimedwait(&pending, NULL, &(struct timespec){0, 0}) > 0)
        ;
}

static const struct {
    const char *name;
    long (*call)(void);
} trials[] = {
    {"read", read_pipe},         {"sem_wait", wait_sem},     {"mutex", lock_mutex},     {"semop", take},
    {"msgrcv", receive},         {"mq_receive", receive_posix}, {"poll", poll_pipe},    {"select", select_pipe},
    {"epoll_wait", wait_epoll},  {"nanosleep", sleep_long},  {"clock_nanosleep", sleep_until}, {"wait", wait_helper},
    {"flock", lock_file},        {"fcntl", lock_record},     {"recv", receive_socket},  {"open", open_fifo},
    {"sigwait", wait_signal},
};
static const char *const modes[] = {"plain", "restart", "child"};

static void setup(void)
{
    sigset_t blocked;
    struct epoll_event event = {.events = EPOLLIN};
    struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 16};
    pthread_mutexattr_t shared;

    pipe(fds);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    semaphore = memory;
    sem_init(semaphore, 1, 0);
    mutex = (pthread_mutex_t *)((char *)memory + 2048);
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(mutex, &shared);
    set = semget(IPC_PRIVATE, 1, 0600);
    semctl(set, 0, SETVAL, 0);
    queue = msgget(IPC_PRIVATE, 0600);
    mq = mq_open("/interrupted", O_RDWR | O_CREAT | O_NONBLOCK, 0600, &attributes);
    mq_setattr(mq, &(struct mq_attr){0}, NULL);
    lock_fd = open("lock", O_RDWR | O_CREAT, 0600);
    mkfifo("fifo", 0600);
    epoll = epoll_create1(0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, fds[0], &event);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
}

static void help(const char *name, int mode, int fd)
{
    struct flock record = whole;
    if (!strcmp(name, "flock"))
        flock(fd, LOCK_EX);
    if (!strcmp(name, "fcntl"))
        fcntl(fd, F_SETLKW, &record);
    if (!strcmp(name, "mutex"))
        pthread_mutex_lock(mutex);
    rest();
    rest();
    rest();
    if (mode < 2)
        kill(getppid(), SIGUSR1);
    rest();
    rest();
    lock_fd = fd;
    satisfy(name);
    rest();
    _exit(0);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    setup();
    for (size_t i = 0; i < sizeof trials / sizeof trials[0]; i++)
        for (int mode = 0; mode < 3; mode++) {
            struct sigaction action = {.sa_handler = handler, .sa_flags = mode == 1 ? SA_RESTART : 0};
            sigaction(SIGUSR1, &action, NULL);
            reset();
            helper = fork();
            if (helper == 0)
                help(trials[i].name, mode, open("lock", O_RDWR));
            pid_t mute = fork();
            if (mute == 0) {
                rest();
                rest();
                rest();
                _exit(0);
            }
            rest();
            other_fd = open("lock", O_RDWR);
            errno = 0;
            handled = 0;
            long result = trials[i].call();
            printf("%s %s %s %d\n", trials[i].name, modes[mode],
                   result >= 0 ? "done" : errno == EINTR ? "EINTR" : strerrorname_np(errno), handled);
            close(other_fd);
            while (wait(NULL) > 0 || errno == EINTR)
                ;
        }
    mq_unlink("/interrupted");
    unlink("fifo");
    unlink("lock");
    return fflush(stdout);
}
