/* Wrong: who leaves wakes nobody; who waits looks again each second. */
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FREE = 0 };

/* All of it lies in memory that the processes share, the mutex and the condition included. */
struct lot {
    pthread_mutex_t mutex;     /* guards car_in */
    pthread_cond_t space_free; /* "car_in has changed: look again" */
    long spaces;
    long car_in[]; /* the car in each space, or FREE */
};

/* The functions of pthreads return the error and leave errno alone. */
static void check(int error, const char *what)
{
    if (error == 0)
        return;
    fprintf(stderr, "parking: %s: %s\n", what, strerror(error));
    exit(EXIT_FAILURE);
}

/* A count in decimal, or -1. strtol alone would also take " 7", "+7" and "7 apples". */
static long parse_count(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (!isdigit((unsigned char)*c))
            return -1;
    errno = 0;
    long count = strtol(text, NULL, 10);
    return (*text == '\0' || errno != 0) ? -1 : count;
}

/*
 * EOWNERDEAD is no failure: we hold the mutex, and its last holder has died. The list is right as it stands
 * (see above), so all there is to do is to say so. Who unlocks without pthread_mutex_consistent makes the
 * mutex useless for everybody: from then on each lock fails with ENOTRECOVERABLE.
 */
static void make_consistent(struct lot *lot, int error, const char *what)
{
    if (error == EOWNERDEAD)
        error = pthread_mutex_consistent(&lot->mutex);
    check(error, what);
}

static void lock(struct lot *lot)
{
    make_consistent(lot, pthread_mutex_lock(&lot->mutex), "pthread_mutex_lock");
}

static void unlock(struct lot *lot)
{
    check(pthread_mutex_unlock(&lot->mutex), "pthread_mutex_unlock");
}

/* The space in which a car is (or, of FREE, a free one); NULL if there is none. To be called with the mutex. */
static long *space_of(struct lot *lot, long car)
{
    for (long i = 0; i < lot->spaces; i++)
        if (lot->car_in[i] == car)
            return &lot->car_in[i];
    return NULL;
}

/* The time of day, one second on. */
static struct timespec soon(void)
{
    struct timespec time;
    if (clock_gettime(CLOCK_REALTIME, &time) == -1)
        check(errno, "clock_gettime");
    time.tv_sec++;
    return time;
}

static void park(struct lot *lot, long car)
{
    long *space;

    lock(lot);
    /* `while`, not `if`: between the signal and our getting the mutex back another car may have come and
     * taken the space. And the waiting can end without any signal. */
    while ((space = space_of(lot, FREE)) == NULL) {
        /* The wait gives the mutex back and falls asleep in one step, so no signal can come in between. It
         * takes the mutex again before it returns: hence EOWNERDEAD is possible here, too. */
        struct timespec until = soon();
        int error = pthread_cond_timedwait(&lot->space_free, &lot->mutex, &until);
        if (error != ETIMEDOUT)
            make_consistent(lot, error, "pthread_cond_timedwait");
    }
    *space = car;
    unlock(lot);
}

/* Take a car off the list, if it is on it. */
static void vacate(struct lot *lot, long car)
{
    lock(lot);
    long *space = space_of(lot, car);
    if (space != NULL)
        *space = FREE;
    unlock(lot);
}

static void tell(const char *what, long car)
{
    if (printf("%s %ld\n", what, car) < 0 || fflush(stdout) == EOF)
        check(errno, "stdout");
}

/* One car. Between the two lines it holds a space and not the mutex: the others can park meanwhile. */
static void drive(struct lot *lot, long car)
{
    park(lot, car);
    tell("enter", car);
    tell("leave", car); /* before the space is given back: afterwards the next car could enter first */
    vacate(lot, car);
}

static struct lot *open_lot(long spaces)
{
    pthread_mutexattr_t for_mutex;
    pthread_condattr_t for_cond;

    /* No name, so nothing is left behind: the memory is gone with the last process that has it. It is full
     * of zeros, so every space is FREE. */
    struct lot *lot = mmap(NULL, sizeof *lot + spaces * sizeof lot->car_in[0], PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (lot == MAP_FAILED)
        check(errno, "mmap");
    lot->spaces = spaces;

    /* Without these attributes both are for the threads of one process, even in shared memory. */
    check(pthread_mutexattr_init(&for_mutex), "pthread_mutexattr_init");
    check(pthread_mutexattr_setpshared(&for_mutex, PTHREAD_PROCESS_SHARED), "pthread_mutexattr_setpshared");
    check(pthread_mutexattr_setrobust(&for_mutex, PTHREAD_MUTEX_ROBUST), "pthread_mutexattr_setrobust");
    check(pthread_mutex_init(&lot->mutex, &for_mutex), "pthread_mutex_init");
    pthread_mutexattr_destroy(&for_mutex);

    check(pthread_condattr_init(&for_cond), "pthread_condattr_init");
    check(pthread_condattr_setpshared(&for_cond, PTHREAD_PROCESS_SHARED), "pthread_condattr_setpshared");
    check(pthread_cond_init(&lot->space_free, &for_cond), "pthread_cond_init");
    pthread_condattr_destroy(&for_cond);
    return lot;
}

/* The car (from 1) that a child is, or 0. */
static long car_of(const pid_t *pids, long cars, pid_t child)
{
    for (long car = 1; car <= cars; car++)
        if (pids[car - 1] == child)
            return car;
    return 0;
}

/* Wait for all cars, in whatever order they end. Returns whether all of them parked and left. */
static bool wait_for(struct lot *lot, const pid_t *pids, long cars)
{
    bool all_well = true;

    for (long left = cars; left > 0; left--) {
        int status;
        pid_t child;
        while ((child = waitpid(-1, &status, 0)) == -1)
            if (errno != EINTR)
                check(errno, "waitpid");
        if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
            continue;
        long car = car_of(pids, cars, child);
        fprintf(stderr, "parking: car %ld did not come to its end\n", car);
        vacate(lot, car);
        all_well = false;
    }
    return all_well;
}

int main(int argc, char *argv[])
{
    long spaces = argc == 3 ? parse_count(argv[1]) : -1;
    long cars = argc == 3 ? parse_count(argv[2]) : -1;
    if (spaces < 0 || cars < 0) {
        fprintf(stderr, "usage: parking SPACES CARS\n");
        return 2;
    }
    if (spaces == 0 || cars == 0)
        return EXIT_SUCCESS; /* nobody to park, or no place where anybody ever could */

    /* More spaces than cars are never taken. */
    struct lot *lot = open_lot(spaces < cars ? spaces : cars);
    pid_t *pids = calloc(cars, sizeof *pids);
    if (pids == NULL)
        check(errno, "calloc");

    long started = 0;
    for (; started < cars; started++) {
        pid_t child = fork();
        if (child == 0) {
            drive(lot, started + 1);
            return EXIT_SUCCESS;
        }
        if (child == -1) {
            perror("parking: fork");
            break; /* those that did start are still waited for */
        }
        pids[started] = child;
    }
    bool all_well = wait_for(lot, pids, started);
    /* The mutex and the condition need no destroying: nobody is left, and the memory goes with us. */
    free(pids);
    return started == cars && all_well ? EXIT_SUCCESS : EXIT_FAILURE;
}
