/*
 * parking SPACES CARS, with a count of the cars inside; in a segment with a name that is given up at once.
 *
 * The count can be wrong after a death, so each car's whereabouts are kept beside it, and it is counted anew.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    pthread_mutex_t mtx;
    pthread_cond_t cnd;
    unsigned spaces, cars, inside;
    uint8_t is_inside[];
} car_park;

static car_park *cp;

static void fail(const char *msg, int err)
{
    dprintf(STDERR_FILENO, "parking: %s: %s\n", msg, strerror(err));
    _exit(1);
}

static int number(const char *s, unsigned *out)
{
    if (!*s || strspn(s, "0123456789") != strlen(s) || strlen(s) > 9)
        return 0;
    *out = (unsigned)atoi(s);
    return 1;
}

/* err is what took the mutex. */
static void got_mutex(int err)
{
    if (err == EOWNERDEAD) {
        unsigned n = 0;
        for (unsigned i = 0; i < cp->cars; i++)
            n += cp->is_inside[i];
        cp->inside = n;
        pthread_cond_broadcast(&cp->cnd);
        err = pthread_mutex_consistent(&cp->mtx);
    }
    if (err)
        fail("mutex", err);
}

static void car(unsigned i)
{
    got_mutex(pthread_mutex_lock(&cp->mtx));
    while (cp->inside >= cp->spaces)
        got_mutex(pthread_cond_wait(&cp->cnd, &cp->mtx));
    cp->is_inside[i] = 1;
    cp->inside++;
    dprintf(STDOUT_FILENO, "enter %u\n", i + 1);
    pthread_mutex_unlock(&cp->mtx);

    got_mutex(pthread_mutex_lock(&cp->mtx));
    dprintf(STDOUT_FILENO, "leave %u\n", i + 1);
    cp->is_inside[i] = 0;
    cp->inside--;
    pthread_cond_signal(&cp->cnd);
    pthread_mutex_unlock(&cp->mtx);
}

static void make(unsigned spaces, unsigned cars)
{
    char name[64];
    snprintf(name, sizeof name, "/parking-%ld", (long)getpid());
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    if (fd < 0)
        fail(name, errno);
    shm_unlink(name);
    size_t size = sizeof *cp + cars;
    if (ftruncate(fd, size))
        fail("ftruncate", errno);
    cp = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (cp == MAP_FAILED)
        fail("mmap", errno);
    close(fd);
    cp->spaces = spaces;
    cp->cars = cars;

    pthread_mutexattr_t ma;
    pthread_condattr_t ca;
    pthread_mutexattr_init(&ma);
    pthread_condattr_init(&ca);
    int err = pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    if (!err)
        err = pthread_mutexattr_setrobust(&ma, PTHREAD_MUTEX_ROBUST);
    if (!err)
        err = pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED);
    if (!err)
        err = pthread_mutex_init(&cp->mtx, &ma);
    if (!err)
        err = pthread_cond_init(&cp->cnd, &ca);
    if (err)
        fail("attributes", err);
}

int main(int argc, char **argv)
{
    unsigned spaces, cars;
    if (argc != 3 || !number(argv[1], &spaces) || !number(argv[2], &cars)) {
        fputs("usage: parking SPACES CARS\n", stderr);
        exit(2);
    }
    if (!spaces || !cars)
        exit(0);
    make(spaces, cars);

    pid_t *child = malloc(cars * sizeof *child);
    for (unsigned i = 0; i < cars; i++) {
        child[i] = fork();
        if (child[i] == 0) {
            car(i);
            _exit(0);
        }
        if (child[i] < 0) {
            int err = errno;
            while (i-- > 0)
                kill(child[i], SIGKILL);
            while (wait(NULL) > 0)
                ;
            fail("fork", err);
        }
    }
    int lost = 0;
    for (unsigned i = 0; i < cars; i++) {
        int status;
        waitpid(child[i], &status, 0);
        if (!WIFSIGNALED(status))
            continue;
        lost = 1;
        got_mutex(pthread_mutex_lock(&cp->mtx));
        cp->inside -= cp->is_inside[i];
        cp->is_inside[i] = 0;
        pthread_cond_broadcast(&cp->cnd);
        pthread_mutex_unlock(&cp->mtx);
    }
    free(child);
    return lost;
}
