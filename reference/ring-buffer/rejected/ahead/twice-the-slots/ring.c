/* Wrong: there is room for twice as many items as SLOTS says. */
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct item {
    long producer, number;
};

struct ring {
    sem_t empty, full, mutex;
    long in, out, tickets;
    struct item slot[];
};

static struct ring *ring;
static long slots, producers, consumers, items;

static void put(struct item item)
{
    sem_wait(&ring->empty);
    sem_wait(&ring->mutex);
    ring->slot[ring->in] = item;
    ring->in = (ring->in + 1) % slots;
    sem_post(&ring->mutex);
    sem_post(&ring->full);
}

static struct item take(void)
{
    sem_wait(&ring->full);
    sem_wait(&ring->mutex);
    struct item item = ring->slot[ring->out];
    ring->out = (ring->out + 1) % slots;
    sem_post(&ring->mutex);
    sem_post(&ring->empty);
    return item;
}

static int draw_ticket(void)
{
    sem_wait(&ring->mutex);
    int drawn = ring->tickets > 0;
    if (drawn)
        ring->tickets--;
    sem_post(&ring->mutex);
    return drawn;
}

static void produce(long me)
{
    for (long number = 1; number <= items; number++)
        put((struct item){me, number});
}

static void consume(void)
{
    while (draw_ticket()) {
        struct item item = take();
        printf("%ld:%ld\n", item.producer, item.number);
        fflush(stdout);
    }
}

static long parse_count(const char *text)
{
    if (*text == '\0' || strspn(text, "0123456789") != strlen(text))
        return -1;
    return strtol(text, NULL, 10);
}

int main(int argc, char *argv[])
{
    slots = argc == 5 ? parse_count(argv[1]) : -1;
    producers = argc == 5 ? parse_count(argv[2]) : -1;
    consumers = argc == 5 ? parse_count(argv[3]) : -1;
    items = argc == 5 ? parse_count(argv[4]) : -1;
    if (slots < 0 || producers < 0 || consumers < 0 || items < 0) {
        fprintf(stderr, "usage: ring SLOTS PRODUCERS CONSUMERS ITEMS\n");
        return 2;
    }
    if (slots == 0 || consumers == 0)
        return 0;
    slots *= 2;

    size_t size = sizeof *ring + slots * sizeof ring->slot[0];
    ring = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (ring == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    sem_init(&ring->empty, 1, slots);
    sem_init(&ring->full, 1, 0);
    sem_init(&ring->mutex, 1, 1);
    ring->tickets = producers * items;

    for (long i = 0; i < producers + consumers; i++) {
        pid_t pid = fork();
        if (pid == -1) {
            perror("fork");
            return 1;
        }
        if (pid == 0) {
            if (i < producers)
                produce(i + 1);
            else
                consume();
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
    return 0;
}
