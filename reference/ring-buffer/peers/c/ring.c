/*
 * ring SLOTS PRODUCERS CONSUMERS ITEMS - producers hand items to consumers through a ring of slots
 *
 * The ring lies in memory that all processes share. Two indices go round and round in it: producers fill the slot
 * at `in`, consumers empty the one at `out`. Three semaphores keep order:
 *
 *     empty  how many slots are empty, SLOTS at the start     a producer takes one and sleeps if there is none
 *     full   how many slots are full, 0 at the start          a consumer takes one and sleeps if there is none
 *     mutex  1 at the start                                   whoever moves an index holds it
 *
 *     producer:  wait empty                    consumer:  wait full
 *                wait mutex                               wait mutex
 *                fill slot[in], in + 1                    read slot[out], out + 1
 *                post mutex                               post mutex
 *                post full  ------ an item ----->         post empty  ------ a place -----> and round again
 *
 * First the place, then the mutex. The other way round a producer that finds the ring full would fall asleep with
 * the mutex in its hand, and the consumer that could make room would wait for the mutex: a deadlock.
 *
 * How does a consumer know that nothing more will come? It does not count: the last producer puts one end mark for
 * each consumer behind all items, and who takes a mark goes home.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

struct item {
    long producer; /* counted from 1; 0 is the end mark */
    long number;
};

struct ring {
    sem_t empty, full, mutex;
    long in, out;        /* guarded by mutex */
    long producers_left; /* guarded by mutex */
    struct item slot[];
};

/* What was asked for. Nobody changes it, so each process may keep its own copy. */
struct task {
    long slots, producers, consumers, items;
};

static void die(const char *what)
{
    fprintf(stderr, "ring: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static void down(sem_t *semaphore)
{
    while (sem_wait(semaphore) == -1)
        if (errno != EINTR)
            die("sem_wait");
}

static void up(sem_t *semaphore)
{
    if (sem_post(semaphore) == -1)
        die("sem_post");
}

static void put(struct ring *ring, const struct task *task, struct item item)
{
    down(&ring->empty); /* from here on one empty slot is ours ... */
    down(&ring->mutex); /* ... and here it is decided which one */
    ring->slot[ring->in] = item;
    ring->in = (ring->in + 1) % task->slots;
    up(&ring->mutex);
    up(&ring->full); /* only now: the item is there */
}

static struct item take(struct ring *ring, const struct task *task)
{
    down(&ring->full);
    down(&ring->mutex);
    struct item item = ring->slot[ring->out];
    ring->out = (ring->out + 1) % task->slots;
    up(&ring->mutex);
    up(&ring->empty); /* only now: the item has been copied, and the slot may be overwritten */
    return item;
}

static void produce(struct ring *ring, const struct task *task, long me)
{
    for (long number = 1; number <= task->items; number++)
        put(ring, task, (struct item){.producer = me, .number = number});

    /* Counting down and looking whether it was the last must be one act, or two producers both see 0. */
    down(&ring->mutex);
    bool last = --ring->producers_left == 0;
    up(&ring->mutex);
    if (last)
        for (long i = 0; i < task->consumers; i++)
            put(ring, task, (struct item){.producer = 0});
}

static void consume(struct ring *ring, const struct task *task)
{
    for (;;) {
        struct item item = take(ring, task);
        if (item.producer == 0)
            return;
        /* Printing takes long, and nobody has to wait for it: the slot and the mutex are given back already. */
        if (printf("%ld:%ld\n", item.producer, item.number) < 0 || fflush(stdout) == EOF)
            die("stdout");
    }
}

/* The ring is made before the first fork: then all processes have the same memory at the same address. It has no
 * name, so it is gone with the last process, whatever happens. */
static struct ring *make_ring(const struct task *task)
{
    if (task->slots > SEM_VALUE_MAX) {
        errno = EOVERFLOW;
        die("SLOTS");
    }
    size_t size = sizeof(struct ring) + (size_t)task->slots * sizeof(struct item);
    struct ring *ring = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (ring == MAP_FAILED)
        die("mmap");
    /* The 1 in the middle: shared between processes, not only between the threads of one. */
    if (sem_init(&ring->empty, 1, (unsigned)task->slots) == -1 || sem_init(&ring->full, 1, 0) == -1 ||
        sem_init(&ring->mutex, 1, 1) == -1)
        die("sem_init");
    ring->producers_left = task->producers; /* the indices are 0: new memory is */
    return ring;
}

/* Wait for every child. If one fails the others would wait for it for ever, so they are stopped. */
static bool wait_for(pid_t *children, long started, bool failed)
{
    for (long left = started; left > 0; left--) {
        if (failed)
            for (long i = 0; i < started; i++)
                if (children[i] != 0)
                    kill(children[i], SIGKILL);
        int status;
        pid_t ended = wait(&status);
        if (ended == -1)
            die("wait");
        for (long i = 0; i < started; i++)
            if (children[i] == ended)
                children[i] = 0; /* the number may soon be somebody else's */
        failed = failed || status != 0;
    }
    return !failed;
}

static bool run(const struct task *task)
{
    struct ring *ring = make_ring(task);
    long count = task->producers + task->consumers, started = 0;
    pid_t *children = calloc((size_t)count, sizeof *children);
    if (children == NULL)
        die("calloc");

    for (; started < count; started++) {
        pid_t child = fork();
        if (child == -1) {
            perror("ring: fork");
            break;
        }
        if (child == 0) {
            if (started < task->producers)
                produce(ring, task, started + 1);
            else
                consume(ring, task);
            _exit(EXIT_SUCCESS); /* the rest of this program is the parent's */
        }
        children[started] = child;
    }
    bool well = wait_for(children, started, started < count);
    free(children);
    return well;
}

/* A count in decimal. strtol alone would also take " 7", "+7" and "7 apples". */
static bool parse_count(const char *text, long *count)
{
    char *end;
    errno = 0;
    *count = strtol(text, &end, 10);
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0 && *count <= INT_MAX;
}

int main(int argc, char *argv[])
{
    struct task task;
    if (argc != 5 || !parse_count(argv[1], &task.slots) || !parse_count(argv[2], &task.producers) ||
        !parse_count(argv[3], &task.consumers) || !parse_count(argv[4], &task.items)) {
        fprintf(stderr, "usage: ring SLOTS PRODUCERS CONSUMERS ITEMS\n");
        return 2;
    }
    /* Without items, or without anybody to make them, there is nothing to hand over; without slots or consumers
     * nothing can be. */
    if (task.slots == 0 || task.producers == 0 || task.consumers == 0 || task.items == 0)
        return EXIT_SUCCESS;
    return run(&task) ? EXIT_SUCCESS : EXIT_FAILURE;
}
