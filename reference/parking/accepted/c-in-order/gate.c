/* The gate of a car park, in an unlinked temporary file that is mapped. */
#include "gate.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum state { AWAY, WAITING, INSIDE };

struct car {
    enum state state;
    int ticket;
};

struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t moved;
    int spaces, cars, last_ticket;
    struct car car[];
};

static void must(int error)
{
    if (error != 0) {
        errno = error;
        perror("parking: gate");
        exit(1);
    }
}

struct gate *gate_open(int spaces, int cars)
{
    char path[] = "./parkingXXXXXX";
    size_t size = sizeof(struct gate) + (size_t)cars * sizeof(struct car);
    int fd = mkstemp(path);
    if (fd == -1)
        return NULL;
    unlink(path);
    if (ftruncate(fd, (off_t)size) == -1)
        return NULL;
    struct gate *gate = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (gate == MAP_FAILED)
        return NULL;
    gate->spaces = spaces;
    gate->cars = cars;

    pthread_mutexattr_t attributes;
    must(pthread_mutexattr_init(&attributes));
    must(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK));
    must(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
    must(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST));
    must(pthread_mutex_init(&gate->mutex, &attributes));
    must(pthread_mutexattr_destroy(&attributes));

    pthread_condattr_t shared;
    must(pthread_condattr_init(&shared));
    must(pthread_condattr_setpshared(&shared, PTHREAD_PROCESS_SHARED));
    must(pthread_cond_init(&gate->moved, &shared));
    must(pthread_condattr_destroy(&shared));
    return gate;
}

/* A car's state is one store; a ticket that was drawn and never used is only skipped. So nothing is to repair. */
static void heir(struct gate *gate, int error)
{
    must(error == EOWNERDEAD ? pthread_mutex_consistent(&gate->mutex) : error);
}

static int is_next(const struct gate *gate, int me)
{
    int inside = 0;
    for (int i = 0; i < gate->cars; i++) {
        const struct car *other = &gate->car[i];
        inside += other->state == INSIDE;
        if (other->state == WAITING && other->ticket < gate->car[me].ticket)
            return 0;
    }
    return inside < gate->spaces;
}

void gate_enter(struct gate *gate, int car)
{
    heir(gate, pthread_mutex_lock(&gate->mutex));
    gate->car[car].ticket = ++gate->last_ticket;
    gate->car[car].state = WAITING;
    while (!is_next(gate, car))
        heir(gate, pthread_cond_wait(&gate->moved, &gate->mutex));
    gate->car[car].state = INSIDE;
    must(pthread_mutex_unlock(&gate->mutex));
    must(pthread_cond_broadcast(&gate->moved)); /* the next ticket may find a space, too */
}

void gate_leave(struct gate *gate, int car)
{
    heir(gate, pthread_mutex_lock(&gate->mutex));
    gate->car[car].state = AWAY;
    must(pthread_mutex_unlock(&gate->mutex));
    must(pthread_cond_broadcast(&gate->moved));
}
