/* ordered MECHANISM [early]: one child writes a number and tells the other one, which reads it when it has heard; or,
   if it is `early`, once before that. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define MUST(condition)                                                        \
    do                                                                         \
        if (!(condition)) {                                                    \
            fprintf(stderr, "line %d: %s: %m\n", __LINE__, #condition);        \
            exit(9);                                                           \
        }                                                                      \
    while (0)

static struct shared {
    long number;
    sem_t semaphore, answer;
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    pthread_barrier_t barrier;
    pthread_rwlock_t lock;
    pthread_spinlock_t spin;
    int ready; /* guarded by one of the locks */
    atomic_int flag;
    atomic_flag taken;
    int word;
} *shared;

static int fds[2], set, queue, event, file;
static mqd_t mq;
static pid_t listener;
static sem_t *named;
static volatile sig_atomic_t signalled;

/* -- semaphores -- */
static void by_semaphore(void) { MUST(sem_post(&shared->semaphore) == 0); }
static void for_semaphore(void) { MUST(sem_wait(&shared->semaphore) == 0); }
static void open_named(void) { MUST((named = sem_open("/told", O_CREAT | O_EXCL, 0600, 0)) != SEM_FAILED); }
static void by_named(void) { MUST(sem_post(named) == 0); }
static void for_named(void) { MUST(sem_wait(named) == 0); }

static void make_set(void) { MUST((set = semget(IPC_PRIVATE, 2, 0600)) != -1); }
static void change(short number, short by, short flags)
{
    struct sembuf operation = {number, by, flags};
    MUST(semop(set, &operation, 1) == 0);
}
static void by_semop(void) { change(1, 1, 0); }
static void for_semop(void) { change(1, -1, 0); }
static void make_set_at_one(void)
{
    make_set();
    MUST(semctl(set, 0, SETVAL, 1) == 0);
}
static void by_zero(void) { change(0, -1, 0); }
static void for_zero(void) { change(0, 0, 0); }
static void make_undone(void)
{
    make_set();
    MUST(semctl(set, 0, SETVAL, 0) == 0);
}
static void by_undo(void)
{
    change(0, 1, 0);
    change(0, -1, SEM_UNDO); /* given back by the exit */
}
static void for_undo(void)
{
    sem_wait(&shared->answer); /* the first post is gone again */
    change(0, -1, 0);
}
static void by_setval(void) { MUST(semctl(set, 0, SETVAL, 1) == 0); }
static void for_setval(void) { change(0, -1, 0); }

/* -- locks: the listener looks until it finds what is to be told -- */
#define LOOK(lock, unlock)      \
    for (int told = 0; !told;) { \
        lock;                    \
        told = shared->ready;    \
        unlock;                  \
        if (!told)               \
            usleep(1000);        \
    }
static void by_mutex(void)
{
    MUST(pthread_mutex_lock(&shared->mutex) == 0);
    shared->ready = 1;
    MUST(pthread_mutex_unlock(&shared->mutex) == 0);
}
static void for_mutex(void) { LOOK(pthread_mutex_lock(&shared->mutex), pthread_mutex_unlock(&shared->mutex)); }
static void by_death(void)
{
    MUST(pthread_mutex_lock(&shared->mutex) == 0);
    shared->ready = 1; /* and ends */
}
static void for_death(void)
{
    while (1) {
        int result = pthread_mutex_lock(&shared->mutex), told = shared->ready;
        if (result == EOWNERDEAD)
            pthread_mutex_consistent(&shared->mutex);
        pthread_mutex_unlock(&shared->mutex);
        if (told)
            return;
        usleep(1000);
    }
}
static void by_condition(void)
{
    pthread_mutex_lock(&shared->mutex);
    shared->ready = 1;
    pthread_cond_signal(&shared->condition);
    pthread_mutex_unlock(&shared->mutex);
}
static void for_condition(void)
{
    pthread_mutex_lock(&shared->mutex);
    while (!shared->ready)
        pthread_cond_wait(&shared->condition, &shared->mutex);
    pthread_mutex_unlock(&shared->mutex);
}
static void by_barrier(void) { pthread_barrier_wait(&shared->barrier); }
static void by_rwlock(void)
{
    pthread_rwlock_wrlock(&shared->lock);
    shared->ready = 1;
    pthread_rwlock_unlock(&shared->lock);
}
static void for_rwlock(void) { LOOK(pthread_rwlock_rdlock(&shared->lock), pthread_rwlock_unlock(&shared->lock)); }
static void by_spin(void)
{
    pthread_spin_lock(&shared->spin);
    shared->ready = 1;
    pthread_spin_unlock(&shared->spin);
}
static void for_spin(void) { LOOK(pthread_spin_lock(&shared->spin), pthread_spin_unlock(&shared->spin)); }
static void own_file(void) { MUST((file = open("lock", O_RDWR | O_CREAT, 0600)) != -1); }
static void record(int type)
{
    struct flock lock = {.l_type = (short)type, .l_whence = SEEK_SET, .l_start = 3, .l_len = 4};
    MUST(fcntl(file, F_SETLKW, &lock) == 0);
}
static void by_record(void)
{
    record(F_WRLCK);
    shared->ready = 1;
    record(F_UNLCK);
}
static void by_closed_record(void)
{
    record(F_WRLCK);
    shared->ready = 1;
    close(file);
}
static void for_record(void) { LOOK(record(F_RDLCK), record(F_UNLCK)); }
static void by_flock(void)
{
    own_file(); /* a description of its own */
    flock(file, LOCK_EX);
    shared->ready = 1; /* given back by the exit */
}
static void for_flock(void)
{
    own_file();
    LOOK(flock(file, LOCK_SH), flock(file, LOCK_UN));
}

/* -- atomics -- */
static void by_atomic(void) { atomic_store_explicit(&shared->flag, 1, memory_order_release); }
static void for_atomic(void)
{
    while (!atomic_load_explicit(&shared->flag, memory_order_acquire))
        usleep(1000);
}
static void by_fence(void)
{
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&shared->flag, 1, memory_order_relaxed);
}
static void for_fence(void)
{
    while (!atomic_load_explicit(&shared->flag, memory_order_relaxed))
        usleep(1000);
    atomic_thread_fence(memory_order_acquire);
}
static void by_flag(void)
{
    while (atomic_flag_test_and_set(&shared->taken))
        usleep(1000);
    shared->ready = 1;
    atomic_flag_clear(&shared->taken);
}
static void for_flag(void)
{
    LOOK(while (atomic_flag_test_and_set(&shared->taken)) usleep(1000), atomic_flag_clear(&shared->taken));
}
static void by_exchange(void)
{
    int none = 0;
    MUST(atomic_compare_exchange_strong(&shared->flag, &none, 1));
}
static void for_exchange(void)
{
    for (int one = 1; !atomic_compare_exchange_strong(&shared->flag, &one, 2); one = 1)
        usleep(1000);
}
static void by_futex(void)
{
    syscall(SYS_futex, &shared->word, FUTEX_WAKE, 1, NULL, NULL, 0);
}
static void for_futex(void) { syscall(SYS_futex, &shared->word, FUTEX_WAIT, 0, NULL, NULL, 0); }

/* -- streams, queues, descriptors -- */
static void make_pipe(void) { MUST(pipe(fds) == 0); }
static void by_write(void) { MUST(write(fds[1], "x", 1) == 1); }
static void for_read(void)
{
    char byte;
    MUST(read(fds[0], &byte, 1) == 1);
}
static void fill_pipe(void)
{
    make_pipe();
    static char page[4096];
    for (int n = 0; n < 16; n++)
        MUST(write(fds[1], page, sizeof page) == sizeof page);
}
static void by_reading(void)
{
    char page[4096];
    MUST(read(fds[0], page, sizeof page) == sizeof page);
}
static void for_room(void) { MUST(write(fds[1], "x", 1) == 1); }
static void by_closing(void) { close(fds[1]); }
static void for_end(void)
{
    char byte;
    close(fds[1]);
    MUST(read(fds[0], &byte, 1) == 0);
}
static void for_poll(void)
{
    struct pollfd one = {fds[0], POLLIN, 0};
    MUST(poll(&one, 1, -1) == 1);
}
static void for_epoll(void)
{
    struct epoll_event one = {.events = EPOLLIN};
    int epoll = epoll_create1(0);
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, fds[0], &one) == 0 && epoll_wait(epoll, &one, 1, -1) == 1);
}
static void make_fifo(void) { MUST(mkfifo("fifo", 0600) == 0); }
static void by_opening(void) { MUST(open("fifo", O_WRONLY) != -1); }
static void for_opening(void) { MUST(open("fifo", O_RDONLY) != -1); }
static void make_pair(void) { MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0); }
static struct sockaddr_un address = {AF_UNIX, "socket"};
static void make_listener(void)
{
    MUST((fds[0] = socket(AF_UNIX, SOCK_STREAM, 0)) != -1);
    MUST(bind(fds[0], (struct sockaddr *)&address, sizeof address) == 0 && listen(fds[0], 1) == 0);
}
static void by_connecting(void)
{
    int mine = socket(AF_UNIX, SOCK_STREAM, 0);
    MUST(connect(mine, (struct sockaddr *)&address, sizeof address) == 0);
}
static void for_accept(void) { MUST(accept(fds[0], NULL, NULL) != -1); }
static void make_queue(void) { MUST((queue = msgget(IPC_PRIVATE, 0600)) != -1); }
static struct { long type; char text[4]; } message = {7, "abc"};
static void by_message(void) { MUST(msgsnd(queue, &message, 4, 0) == 0); }
static void for_message(void) { MUST(msgrcv(queue, &message, 4, 7, 0) == 4); }
static void make_mq(void)
{
    struct mq_attr few = {.mq_maxmsg = 2, .mq_msgsize = 16};
    MUST((mq = mq_open("/told", O_CREAT | O_RDWR, 0600, &few)) != -1);
}
static void by_mq(void) { MUST(mq_send(mq, "abc", 3, 1) == 0); }
static void for_mq(void)
{
    char text[16];
    MUST(mq_receive(mq, text, 16, NULL) == 3);
}
static void make_event(void) { MUST((event = eventfd(0, 0)) != -1); }
static void by_event(void) { MUST(eventfd_write(event, 1) == 0); }
static void for_event(void)
{
    eventfd_t number;
    MUST(eventfd_read(event, &number) == 0);
}

/* -- signals: the teller learns the listener's pid by a pipe, which orders them the other way round only -- */
static sigset_t both;
static void handler(int number) { signalled = number; }
static void mask_signals(void)
{
    make_pipe();
    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGCHLD);
    signal(SIGUSR1, handler);
    signal(SIGCHLD, handler);
    sigprocmask(SIG_BLOCK, &both, NULL);
}
static void by_signal(void)
{
    MUST(read(fds[0], &listener, sizeof listener) == sizeof listener);
    MUST(kill(listener, SIGUSR1) == 0);
}
static void say_who(void)
{
    pid_t me = getpid();
    MUST(write(fds[1], &me, sizeof me) == sizeof me);
}
static void for_signal(void)
{
    sigset_t none;
    sigemptyset(&none);
    say_who();
    while (!signalled)
        sigsuspend(&none);
}
static void for_sigwait(void)
{
    int number;
    say_who();
    MUST(sigwait(&both, &number) == 0);
}
static void for_signalfd(void)
{
    struct signalfd_siginfo info;
    int fd = signalfd(-1, &both, 0);
    say_who();
    MUST(read(fd, &info, sizeof info) == sizeof info);
}

/* -- names -- */
static void by_folder(void) { MUST(mkdir("told", 0700) == 0); }
static void for_folder(void)
{
    while (rmdir("told") != 0)
        usleep(1000);
}
static void by_rename(void) { MUST(open("new", O_CREAT | O_WRONLY, 0600) != -1 && rename("new", "told") == 0); }
static void for_rename(void)
{
    while (access("told", F_OK) != 0)
        usleep(1000);
}
static void make_told(void) { MUST(open("told", O_CREAT | O_WRONLY, 0600) != -1); }
static void by_unlink(void) { MUST(unlink("told") == 0); }
static void for_unlink(void)
{
    while (open("told", O_RDONLY) != -1)
        usleep(1000);
}

static void none(void) {}

/* -- looks, in a loop -- */
static void for_value(void)
{
    int value = 0;
    while (value == 0) {
        usleep(1000);
        MUST(sem_getvalue(&shared->semaphore, &value) == 0);
    }
}
static void empty_file(void) { MUST((file = memfd_create("told", 0)) != -1); }
static void by_growing(void) { MUST(ftruncate(file, 100) == 0); }
static void by_writing(void) { MUST(write(file, "x", 1) == 1); }
static void for_size(void)
{
    struct stat status = {.st_size = 0};
    while (status.st_size == 0) {
        usleep(1000);
        MUST(fstat(file, &status) == 0);
    }
}
static void for_its_end(void)
{
    while (lseek(file, 0, SEEK_END) == 0)
        usleep(1000);
}

static const struct way {
    const char *name;
    void (*set_up)(void), (*tell)(void), (*hear)(void);
} ways[] = {
    {"semaphore", none, by_semaphore, for_semaphore},
    {"named-semaphore", open_named, by_named, for_named},
    {"semop", make_set, by_semop, for_semop},
    {"semop-zero", make_set_at_one, by_zero, for_zero},
    {"semop-undo", make_undone, by_undo, for_undo},
    {"semctl", make_undone, by_setval, for_setval},
    {"mutex", none, by_mutex, for_mutex},
    {"robust-mutex", none, by_death, for_death},
    {"condition", none, by_condition, for_condition},
    {"barrier", none, by_barrier, by_barrier},
    {"rwlock", none, by_rwlock, for_rwlock},
    {"spin-lock", none, by_spin, for_spin},
    {"fcntl", own_file, by_record, for_record},
    {"fcntl-close", own_file, by_closed_record, for_record},
    {"flock-exit", none, by_flock, for_flock},
    {"atomic", none, by_atomic, for_atomic},
    {"fence", none, by_fence, for_fence},
    {"atomic-flag", none, by_flag, for_flag},
    {"compare-exchange", none, by_exchange, for_exchange},
    {"futex", none, by_futex, for_futex},
    {"pipe", make_pipe, by_write, for_read},
    {"full-pipe", fill_pipe, by_reading, for_room},
    {"end-of-file", make_pipe, by_closing, for_end},
    {"poll", make_pipe, by_write, for_poll},
    {"epoll", make_pipe, by_write, for_epoll},
    {"fifo", make_fifo, by_opening, for_opening},
    {"socketpair", make_pair, by_write, for_read},
    {"connect", make_listener, by_connecting, for_accept},
    {"message", make_queue, by_message, for_message},
    {"mq", make_mq, by_mq, for_mq},
    {"eventfd", make_event, by_event, for_event},
    {"sigsuspend", mask_signals, by_signal, for_signal},
    {"sigwait", mask_signals, by_signal, for_sigwait},
    {"signalfd", mask_signals, by_signal, for_signalfd},
    {"mkdir", none, by_folder, for_folder},
    {"rename", none, by_rename, for_rename},
    {"unlink", make_told, by_unlink, for_unlink},
    {"getvalue", none, by_semaphore, for_value},
    {"fstat", empty_file, by_growing, for_size},
    {"lseek", empty_file, by_writing, for_its_end},
};

static void make_locks(void)
{
    pthread_mutexattr_t mutex;
    pthread_condattr_t condition;
    pthread_barrierattr_t barrier;
    pthread_rwlockattr_t lock;
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&mutex, PTHREAD_MUTEX_ROBUST);
    pthread_condattr_init(&condition);
    pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
    pthread_barrierattr_init(&barrier);
    pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
    pthread_rwlockattr_init(&lock);
    pthread_rwlockattr_setpshared(&lock, PTHREAD_PROCESS_SHARED);
    MUST(pthread_mutex_init(&shared->mutex, &mutex) == 0 && pthread_cond_init(&shared->condition, &condition) == 0);
    MUST(pthread_barrier_init(&shared->barrier, &barrier, 2) == 0 && pthread_rwlock_init(&shared->lock, &lock) == 0);
    MUST(pthread_spin_init(&shared->spin, PTHREAD_PROCESS_SHARED) == 0);
    MUST(sem_init(&shared->semaphore, 1, 0) == 0 && sem_init(&shared->answer, 1, 0) == 0);
    atomic_flag_clear(&shared->taken);
}

int main(int argc, char **argv)
{
    const struct way *way = ways;
    while (way < ways + sizeof ways / sizeof *ways && strcmp(way->name, argv[1]) != 0)
        way++;
    MUST(way < ways + sizeof ways / sizeof *ways);
    int early = argc > 2;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    make_locks();
    way->set_up();
    if (fork() == 0) {
        long seen = early ? shared->number : 0;
        way->hear();
        printf("%ld\n", shared->number + 0 * seen);
        fflush(stdout);
        _exit(0);
    }
    pid_t teller = fork();
    if (teller == 0) {
        usleep(5000); /* who hears is asleep already */
        shared->number = 42;
        way->tell();
        _exit(0);
    }
    if (strcmp(way->name, "semop-undo") == 0) {
        waitpid(teller, NULL, 0);
        sem_post(&shared->answer);
    }
    if (strcmp(way->name, "end-of-file") == 0)
        close(fds[1]);
    while (wait(NULL) > 0)
        ;
    return 0;
}
