/* With the run-time: semaphores, mutexes and accesses are announced, whether or not they reach the kernel. */
#include "expect.h"
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>

struct shared {
    sem_t semaphore;
    pthread_mutex_t mutex;
    int number;
};

static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int ready;

static void *waiter(void *unused)
{
    pthread_mutex_lock(&own);
    while (!ready)
        pthread_cond_wait(&condition, &own);
    pthread_mutex_unlock(&own);
    return unused;
}

int main(void)
{
    pthread_mutexattr_t attributes;
    pthread_t thread;
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ABOVE("mmap mapping:1 = %ld {}", (long)shared);
    sem_init(&shared->semaphore, 1, 1);
    ABOVE("sem_init mapping:1 = 0 {'offset': 0, 'pshared': 1, 'value': 1}");
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &attributes);
    ABOVE("pthread_mutex_init mapping:1 = 0 {'offset': 32, 'pshared': 1, 'robust': 0}");
    sem_wait(&shared->semaphore);
    ABOVE("sem_wait mapping:1 = 0 {'offset': 0}");
    pthread_mutex_lock(&shared->mutex);
    ABOVE("pthread_mutex_lock mapping:1 = 0 {'offset': 32}");
    int at = __LINE__; pid_t child = fork();
    if (child == 0) {
        sem_wait(&shared->semaphore);
        ABOVE("sem_wait mapping:1 = 0 blocked {'offset': 0}");
        pthread_mutex_lock(&shared->mutex);
        ABOVE("pthread_mutex_lock mapping:1 = 0 blocked {'offset': 32}");
        shared->number = 5;
        ABOVE("store mapping:1 = - {'offset': 72, 'size': 4}");
        pthread_mutex_unlock(&shared->mutex);
        ABOVE("pthread_mutex_unlock mapping:1 = 0 {'offset': 32}");
        sem_post(&shared->semaphore);
        ABOVE("sem_post mapping:1 = 0 {'offset': 0}");
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    rest();
    sem_post(&shared->semaphore);
    ABOVE("sem_post mapping:1 = 0 {'offset': 0}");
    rest();
    pthread_mutex_unlock(&shared->mutex);
    ABOVE("pthread_mutex_unlock mapping:1 = 0 {'offset': 32}");
    wait(NULL);
    ABOVE("wait - = %d blocked {}", child);
    int number = shared->number;
    ABOVE("load mapping:1 = - {'offset': 72, 'size': 4}");
    CHECK(number == 5);
    sem_t *named = sem_open("/n", O_CREAT, 0600, 0);
    LINE(__LINE__ - 1, "sem_open - = ENOENT {}"); /* glibc looks first */
    LINE(__LINE__ - 2, "mmap semaphore:/n = %ld {}", (long)named);
    LINE(__LINE__ - 3, "sem_open semaphore:/n = 0 {}");
    CHECK(sem_trywait(named) == -1 && errno == EAGAIN);
    LINE(__LINE__ - 1, "sem_trywait semaphore:/n = EAGAIN {'offset': 0}");
    sem_post(named);
    ABOVE("sem_post semaphore:/n = 0 {'offset': 0}");
    struct timespec when = {0, 0};
    CHECK(sem_timedwait(named, &when) == 0);
    ABOVE("sem_timedwait semaphore:/n = 0 {'offset': 0}");
    clock_gettime(CLOCK_REALTIME, &when);
    when.tv_sec++;
    CHECK(sem_timedwait(named, &when) == -1);
    ABOVE("sem_timedwait semaphore:/n = ETIMEDOUT blocked {'offset': 0}");
    sem_unlink("/n");
    ABOVE("sem_unlink semaphore:/n = 0 {}");

    at = __LINE__; pthread_create(&thread, NULL, waiter, NULL);
    LINE(at, "pthread_create - = %d {}", child + 1);
    rest();
    pthread_mutex_lock(&own);
    ABOVE("pthread_mutex_lock futex:1 = 0 {}");
    ready = 1;
    pthread_cond_signal(&condition);
    ABOVE("pthread_cond_signal futex:2 = 0 {}");
    pthread_mutex_unlock(&own);
    ABOVE("pthread_mutex_unlock futex:1 = 0 {}");
    pthread_join(thread, NULL);
    ABOVE("pthread_join futex:3 = 0 blocked {'thread': %d}", child + 1);
    leave(0);
}
