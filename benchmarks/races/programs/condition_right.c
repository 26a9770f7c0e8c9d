/* right: the item is put down before the condition is signalled, all under the mutex.
   prints: 42 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    pthread_mutex_t mutex;
    pthread_cond_t filled;
    int full, item;
} *shared;

static void producer(void)
{
    pthread_mutex_lock(&shared->mutex);
    shared->full = 1;
    shared->item = 42;
    pthread_cond_signal(&shared->filled);
    pthread_mutex_unlock(&shared->mutex);
}

static int consumer(void)
{
    pthread_mutex_lock(&shared->mutex);
    while (!shared->full)
        pthread_cond_wait(&shared->filled, &shared->mutex);
    int item = shared->item;
    pthread_mutex_unlock(&shared->mutex);
    return item;
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    pthread_mutexattr_t mutex;
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &mutex);
    pthread_condattr_t condition;
    pthread_condattr_init(&condition);
    pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&shared->filled, &condition);
    if (fork() == 0) {
        producer();
        _exit(0);
    }
    printf("%d\n", consumer());
    wait(NULL);
    return 0;
}
