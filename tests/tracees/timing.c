/* Everything that waits for a time: prints how long it took by each clock, in milliseconds, and what came of it. */
#include "expect.h"
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>

static int fds[2], rings;
static struct timespec begun;
static struct timeval begun_day;
static time_t begun_seconds;

static long between(struct timespec from, struct timespec to)
{
    return (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
}

static void begin(void)
{
    clock_gettime(CLOCK_MONOTONIC, &begun);
    gettimeofday(&begun_day, NULL);
    begun_seconds = time(NULL);
}

static void report(const char *name, long result)
{
    int error = errno;
    struct timespec now;
    struct timeval day;
    clock_gettime(CLOCK_MONOTONIC, &now);
    gettimeofday(&day, NULL);
    long elapsed = between(begun, now);
    long by_day = (day.tv_sec - begun_day.tv_sec) * 1000 + (day.tv_usec - begun_day.tv_usec) / 1000;
    long by_seconds = (time(NULL) - begun_seconds) * 1000;
    int agree = labs(elapsed - by_day) <= 1 && labs(elapsed - by_seconds) <= 1000;
    printf("%s %ld %s%s\n", name, elapsed / 10 * 10, result < 0 ? strerrorname_np(error) : result ? "yes" : "0",
           agree ? "" : " clocks disagree");
}

static struct timespec from_now(clockid_t clock, long milliseconds)
{
    struct timespec when;
    clock_gettime(clock, &when);
    when.tv_sec += milliseconds / 1000;
    when.tv_nsec += milliseconds % 1000 * 1000000;
    if (when.tv_nsec >= 1000000000) {
        when.tv_sec++;
        when.tv_nsec -= 1000000000;
    }
    return when;
}

static void ring(int number)
{
    rings += number > 0;
}

static int failed(int error)
{
    errno = error;
    return error ? -1 : 0;
}

#define TRIAL(name, expression)                                                                                        \
    do {                                                                                                               \
        begin();                                                                                                       \
        errno = 0;                                                                                                     \
        long result = (expression);                                                                                    \
        report(name, result);                                                                                          \
    } while (0)

static void sleeps(void)
{
    struct timespec when, left;
    TRIAL("sleep", sleep(2));
    TRIAL("usleep", usleep(1500000));
    TRIAL("nanosleep", nanosleep(&(struct timespec){0, 250000000}, NULL));
    TRIAL("relative", failed(clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){1, 5000000}, NULL)));
    when = from_now(CLOCK_MONOTONIC, 700);
    TRIAL("absolute", failed(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL)));
    when = from_now(CLOCK_REALTIME, 800);
    TRIAL("calendar", failed(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &when, NULL)));
    when = from_now(CLOCK_MONOTONIC, -5000);
    TRIAL("past", failed(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL)));
    TRIAL("invalid", nanosleep(&(struct timespec){0, 2000000000}, NULL));
    alarm(1);
    TRIAL("interrupted", sleep(5) >= 3 ? 0 : 1);
    alarm(1);
    TRIAL("remaining", nanosleep(&(struct timespec){3, 500000000}, &left));
    printf("left %ld\n", left.tv_sec * 1000 + left.tv_nsec / 1000000);
}

static void timers(void)
{
    struct itimerval every = {{0, 500000}, {0, 500000}}, none = {{0, 0}, {0, 0}}, old;
    alarm(3);
    TRIAL("alarm", pause());
    alarm(10);
    TRIAL("replaced", (sleep(2), alarm(1) == 8 ? 0 : 1));
    TRIAL("second", pause());
    alarm(2);
    alarm(0);
    TRIAL("cancelled", sleep(4));
    setitimer(ITIMER_REAL, &every, NULL);
    rings = 0;
    begin();
    while (rings < 3)
        pause();
    report("interval", 0);
    usleep(100000);
    getitimer(ITIMER_REAL, &old);
    printf("getitimer %ld %ld\n", (long)old.it_value.tv_usec / 1000, (long)old.it_interval.tv_usec / 1000);
    setitimer(ITIMER_REAL, &none, &old);
    printf("setitimer %ld %ld\n", (long)old.it_value.tv_usec / 1000, (long)old.it_interval.tv_usec / 1000);
}

static void many(void)
{
    struct pollfd polled = {fds[0], POLLIN, 7};
    struct timeval limit = {1, 200000};
    struct epoll_event event = {.events = EPOLLIN};
    fd_set set;
    TRIAL("poll", poll(&polled, 1, 700));
    TRIAL("ppoll", ppoll(&polled, 1, &(struct timespec){0, 800000000}, NULL));
    FD_ZERO(&set);
    FD_SET(fds[0], &set);
    TRIAL("select", select(fds[0] + 1, &set, NULL, NULL, &limit));
    printf("cleared %d %ld %d\n", FD_ISSET(fds[0], &set), limit.tv_sec * 1000 + limit.tv_usec / 1000, polled.revents);
    FD_SET(fds[0], &set);
    TRIAL("pselect", pselect(fds[0] + 1, &set, NULL, NULL, &(struct timespec){0, 900000000}, NULL));
    TRIAL("nothing", select(0, NULL, NULL, NULL, &(struct timeval){0, 300000}));
    int epoll = epoll_create1(0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, fds[0], &event);
    TRIAL("epoll", epoll_wait(epoll, &event, 1, 300));
    if (fork() == 0) {
        usleep(250000);
        write(fds[1], "x", 1);
        _exit(0);
    }
    limit = (struct timeval){1, 0};
    FD_SET(fds[0], &set);
    TRIAL("early", select(fds[0] + 1, &set, NULL, NULL, &limit));
    printf("rest %ld\n", (limit.tv_sec * 1000 + limit.tv_usec / 1000) / 10);
    TRIAL("at_once", poll(&polled, 1, 1000));
    read(fds[0], &set, 1);
    limit = (struct timeval){2, 0};
    FD_SET(fds[0], &set);
    alarm(1);
    TRIAL("signalled", select(fds[0] + 1, &set, NULL, NULL, &limit));
    printf("rest %ld\n", (limit.tv_sec * 1000 + limit.tv_usec / 1000) / 10);
    while (wait(NULL) > 0)
        ;
}

static void objects(void)
{
    sem_t semaphore;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 8};
    char text[8];
    sigset_t signals;
    int pair[2];

    sem_init(&semaphore, 0, 0);
    struct timespec when = from_now(CLOCK_REALTIME, 1100);
    TRIAL("sem_timedwait", sem_timedwait(&semaphore, &when));
    when = from_now(CLOCK_MONOTONIC, 400);
    TRIAL("sem_clockwait", sem_clockwait(&semaphore, CLOCK_MONOTONIC, &when));
    mqd_t queue = mq_open("/timing", O_RDWR | O_CREAT, 0600, &attributes);
    when = from_now(CLOCK_REALTIME, 600);
    TRIAL("mq_timedreceive", mq_timedreceive(queue, text, 8, NULL, &when));
    mq_send(queue, "", 0, 0);
    when = from_now(CLOCK_REALTIME, 500);
    TRIAL("mq_timedsend", mq_timedsend(queue, "", 0, 0, &when));
    when = from_now(CLOCK_REALTIME, -1000);
    TRIAL("mq_past", mq_timedsend(queue, "", 0, 0, &when));
    mq_unlink("/timing");
    int set = semget(IPC_PRIVATE, 1, 0600);
    TRIAL("semtimedop", semtimedop(set, (struct sembuf[]){{0, -1, 0}}, 1, &(struct timespec){0, 450000000}));
    semctl(set, 0, IPC_RMID);
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    TRIAL("sigtimedwait", sigtimedwait(&signals, NULL, &(struct timespec){0, 650000000}));
    pthread_mutex_lock(&mutex);
    when = from_now(CLOCK_REALTIME, 900);
    TRIAL("cond_timedwait", failed(pthread_cond_timedwait(&condition, &mutex, &when)));
    when = from_now(CLOCK_REALTIME, 350);
    TRIAL("mutex_timedlock", failed(pthread_mutex_timedlock(&mutex, &when)));
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){0, 550000}, sizeof(struct timeval));
    TRIAL("recv", recv(pair[0], text, 1, 0));
    write(pair[1], "x", 1);
    TRIAL("received", recv(pair[0], text, 1, 0));


}

static void loops(void)
{
    time_t end = time(NULL) + 30;
    begin();
    while (time(NULL) < end)
        ;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("loop %d\n", between(begun, now) >= 29000 && between(begun, now) < 40000);
    clock_t used = clock();
    while (clock() - used < CLOCKS_PER_SEC)
        ;
    printf("cpu\n");
    printf("resolution %d\n", clock_getres(CLOCK_MONOTONIC, &now));
}

int main(void)
{
    struct sigaction action = {.sa_handler = ring};
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    sigaction(SIGALRM, &action, NULL);
    pipe(fds);
    sleeps();
    timers();
    many();
    objects();
    loops();
    return fflush(stdout);
}
