/* right: the flag that says that the number is there is read and written under a mutex.
   prints: 42 */
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    pthread_mutex_t mutex;
    int ready, number;
} *shared;

static void child(void)
{
    shared->number = 42;
    pthread_mutex_lock(&shared->mutex);
    shared->ready = 1;
    pthread_mutex_unlock(&shared->mutex);
}

static int is_ready(void)
{
    pthread_mutex_lock(&shared->mutex);
    int ready = shared->ready;
    pthread_mutex_unlock(&shared->mutex);
    return ready;
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &attributes);
    if (fork() == 0) {
        child();
        _exit(0);
    }
    while (!is_ready())
        sched_yield();
    int seen = shared->number;
    wait(NULL);
    printf("%d\n", seen);
    return 0;
}
