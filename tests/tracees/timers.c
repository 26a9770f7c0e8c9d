/* Timers of timerfd_create and timer_create: prints after how many milliseconds (rounded down to 10) something
 * happened, and what came of it; the same with real time. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static struct timespec begun;

static void begin(void)
{
    clock_gettime(CLOCK_MONOTONIC, &begun);
}

static long passed(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return ((now.tv_sec - begun.tv_sec) * 1000 + (now.tv_nsec - begun.tv_nsec) / 1000000) / 10 * 10;
}

static struct itimerspec in(long value_ms, long interval_ms)
{
    return (struct itimerspec){.it_value = {value_ms / 1000, value_ms % 1000 * 1000000},
                               .it_interval = {interval_ms / 1000, interval_ms % 1000 * 1000000}};
}

static long ms(struct timespec time)
{
    return (time.tv_sec * 1000 + (time.tv_nsec + 999999) / 1000000 + 9) / 10 * 10;
}

static void nap(long milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static unsigned long expirations(int fd)
{
    uint64_t count = 0;
    return read(fd, &count, sizeof count) == sizeof count ? (unsigned long)count : 0;
}

static void descriptors(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    printf("unarmed %ld\n", (long)expirations(fd));
    struct itimerspec set = in(300, 0), old;
    begin();
    timerfd_settime(fd, 0, &set, NULL);
    struct pollfd watched = {fd, POLLIN, 0};
    printf("poll %d", poll(&watched, 1, 5000));
    printf(" %ld\n", passed());
    printf("count %lu", expirations(fd));
    printf(" then %lu\n", expirations(fd));

    set = in(100, 200);
    begin();
    timerfd_settime(fd, 0, &set, NULL);
    nap(550);
    printf("interval %lu\n", expirations(fd));
    timerfd_gettime(fd, &old);
    printf("rest %ld every %ld\n", ms(old.it_value), ms(old.it_interval));
    set = in(0, 0);
    timerfd_settime(fd, 0, &set, &old);
    printf("old %ld every %ld\n", ms(old.it_value), ms(old.it_interval));
    printf("disarmed %d\n", poll(&watched, 1, 400));
    close(fd);

    fd = timerfd_create(CLOCK_REALTIME, 0);
    int set_of = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(set_of, EPOLL_CTL_ADD, fd, &event);
    clock_gettime(CLOCK_REALTIME, &set.it_value);
    set.it_interval = (struct timespec){0, 0};
    set.it_value.tv_sec += 1;
    begin();
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &set, NULL);
    printf("epoll %d", epoll_wait(set_of, &event, 1, 5000));
    printf(" %ld\n", passed());
    printf("absolute %lu\n", expirations(fd));
    set.it_value.tv_sec -= 100;
    begin();
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &set, NULL);
    printf("past %lu", expirations(fd));
    printf(" %ld\n", passed());
    if (fork() == 0) {
        set = in(250, 0);
        timerfd_settime(fd, 0, &set, NULL);
        _exit(0);
    }
    begin();
    nap(50);
    printf("set by a child %lu", expirations(fd));
    printf(" %ld\n", passed());
    close(fd);
}

static volatile sig_atomic_t hits;

static void hit(int number)
{
    (void)number;
    hits++;
}

static void called(union sigval value)
{
    printf("thread %d %ld\n", value.sival_int, passed());
    fflush(stdout);
}

static void signals(void)
{
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    event.sigev_value.sival_int = 42;
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    struct itimerspec set = in(400, 0), old;
    siginfo_t info;
    begin();
    timer_settime(timer, 0, &set, NULL);
    int got = sigwaitinfo(&blocked, &info);
    long after = passed();
    printf("signal %d %d %d %ld\n", got == SIGUSR1, info.si_code == SI_TIMER, info.si_value.sival_int, after);

    set = in(100, 100);
    timer_settime(timer, 0, &set, NULL);
    nap(350);
    sigwaitinfo(&blocked, &info);
    printf("overrun %d\n", timer_getoverrun(timer));
    timer_gettime(timer, &old);
    printf("rest %ld every %ld\n", ms(old.it_value), ms(old.it_interval));
    timer_delete(timer);
    struct timespec limit = {0, 300000000};
    begin();
    printf("deleted %d", sigtimedwait(&blocked, NULL, &limit));
    printf(" %ld\n", passed());

    signal(SIGUSR2, hit);
    event.sigev_signo = SIGUSR2;
    timer_create(CLOCK_REALTIME, &event, &timer);
    clock_gettime(CLOCK_REALTIME, &set.it_value);
    set.it_interval = (struct timespec){0, 0};
    set.it_value.tv_sec += 2;
    begin();
    timer_settime(timer, TIMER_ABSTIME, &set, NULL);
    pause();
    printf("handler %d %ld\n", (int)hits, passed());

    event.sigev_notify = SIGEV_NONE;
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    set = in(500, 0);
    timer_settime(timer, 0, &set, NULL);
    nap(200);
    timer_gettime(timer, &old);
    printf("none %ld\n", ms(old.it_value));

    timer_create(CLOCK_MONOTONIC, NULL, &timer);
    signal(SIGALRM, hit);
    set = in(150, 0);
    begin();
    timer_settime(timer, 0, &set, NULL);
    pause();
    printf("default %d %ld\n", (int)hits, passed());

    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = called;
    event.sigev_value.sival_int = 7;
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    set = in(600, 0);
    begin();
    timer_settime(timer, 0, &set, NULL);
    nap(900);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    descriptors();
    signals();
    return 0;
}
