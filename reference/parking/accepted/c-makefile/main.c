/*
 * parking SPACES CARS: a condition for each car, and direct hand-over: who leaves picks a successor and gives it the
 * space.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum place { NOT_HERE, IN_THE_QUEUE, PARKED };

struct space_for {
    pthread_cond_t called;
    enum place place;
};

static pthread_mutex_t *mutex;
static struct space_for *car;
static long spaces, cars;

static long atocount(const char *text)
{
    size_t digits = 0;
    while (isdigit((unsigned char)text[digits]))
        digits++;
    return digits == 0 || digits > 9 || text[digits] ? -1 : atol(text);
}

static void ok(int code)
{
    if (code == EOWNERDEAD)
        code = pthread_mutex_consistent(mutex);
    if (code)
        errx(1, "%s", strerror(code));
}

/* Fill free spaces with cars that wait; to be called with the mutex. */
static void assign(void)
{
    long parked = 0;
    for (long i = 0; i < cars; i++)
        parked += car[i].place == PARKED;
    for (long i = 0; i < cars && parked < spaces; i++) {
        if (car[i].place != IN_THE_QUEUE)
            continue;
        /* Called first: it cannot look before we let the mutex go, and if we die in between it goes on waiting. */
        ok(pthread_cond_signal(&car[i].called));
        car[i].place = PARKED;
        parked++;
    }
}

static void move(long i, enum place place)
{
    ok(pthread_mutex_lock(mutex));
    car[i].place = place;
    assign();
    while (car[i].place == IN_THE_QUEUE)
        ok(pthread_cond_wait(&car[i].called, mutex));
    ok(pthread_mutex_unlock(mutex));
}

static void say(const char *word, long i)
{
    char line[64];
    int length = snprintf(line, sizeof line, "%s %ld\n", word, i + 1);
    if (write(1, line, (size_t)length) != length)
        err(1, "write");
}

static void *shared(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        err(1, "mmap");
    return memory;
}

static void prepare(void)
{
    pthread_mutexattr_t ma;
    pthread_condattr_t ca;
    mutex = shared(sizeof *mutex);
    car = shared((size_t)cars * sizeof *car);
    ok(pthread_mutexattr_init(&ma));
    ok(pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED));
    ok(pthread_mutexattr_setrobust(&ma, PTHREAD_MUTEX_ROBUST));
    ok(pthread_mutex_init(mutex, &ma));
    ok(pthread_condattr_init(&ca));
    ok(pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED));
    for (long i = 0; i < cars; i++)
        ok(pthread_cond_init(&car[i].called, &ca));
}

int main(int argc, char **argv)
{
    if (argc != 3 || (spaces = atocount(argv[1])) < 0 || (cars = atocount(argv[2])) < 0) {
        fprintf(stderr, "usage: %s SPACES CARS\n", program_invocation_short_name);
        return 2;
    }
    if (spaces == 0 || cars == 0)
        return 0;
    prepare();
    pid_t pid[cars];
    memset(pid, -1, sizeof pid);
    int status, worst = 0;
    for (long i = 0; i < cars && !worst; i++) {
        if ((pid[i] = fork()) == -1) {
            warn("fork");
            worst = 1;
        }
        if (pid[i] == 0) {
            move(i, IN_THE_QUEUE);
            say("enter", i);
            say("leave", i);
            move(i, NOT_HERE);
            _exit(0);
        }
    }
    for (pid_t ended; (ended = wait(&status)) != -1;) {
        if (status == 0)
            continue;
        worst = 1;
        for (long i = 0; i < cars; i++)
            if (ended == pid[i])
                move(i, NOT_HERE);
    }
    return worst;
}
