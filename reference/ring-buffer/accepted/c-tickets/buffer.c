#include "buffer.h"

#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <sys/mman.h>

struct buffer {
    pthread_mutex_t guard;
    sem_t room, stock;
    uint32_t slots;
    uint64_t tickets;
    uint64_t put, taken; /* how many so far; the slot is the rest of the division by slots */
    uint64_t data[];
};

struct buffer *buffer_make(uint32_t slots, uint64_t items)
{
    size_t size = sizeof(struct buffer) + (size_t)slots * sizeof(uint64_t);
    struct buffer *buffer = mmap(0, size, PROT_WRITE | PROT_READ, MAP_ANONYMOUS | MAP_SHARED, -1, 0);
    if (buffer == MAP_FAILED)
        return NULL;

    pthread_mutexattr_t shared;
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&buffer->guard, &shared);
    pthread_mutexattr_destroy(&shared);
    sem_init(&buffer->room, 1, slots);
    sem_init(&buffer->stock, 1, 0);
    buffer->slots = slots;
    buffer->tickets = items;
    return buffer;
}

void buffer_free(struct buffer *buffer)
{
    sem_destroy(&buffer->room);
    sem_destroy(&buffer->stock);
    pthread_mutex_destroy(&buffer->guard);
    munmap(buffer, sizeof *buffer + buffer->slots * sizeof(uint64_t));
}

void buffer_put(struct buffer *buffer, uint64_t item)
{
    sem_wait(&buffer->room);
    pthread_mutex_lock(&buffer->guard);
    buffer->data[buffer->put++ % buffer->slots] = item;
    pthread_mutex_unlock(&buffer->guard);
    sem_post(&buffer->stock);
}

bool buffer_draw_ticket(struct buffer *buffer)
{
    pthread_mutex_lock(&buffer->guard);
    bool drawn = buffer->tickets > 0;
    if (drawn)
        buffer->tickets--;
    pthread_mutex_unlock(&buffer->guard);
    return drawn;
}

uint64_t buffer_take(struct buffer *buffer)
{
    sem_wait(&buffer->stock);
    pthread_mutex_lock(&buffer->guard);
    uint64_t item = buffer->data[buffer->taken++ % buffer->slots];
    pthread_mutex_unlock(&buffer->guard);
    sem_post(&buffer->room);
    return item;
}
