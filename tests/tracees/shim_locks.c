/* pthread objects in shared memory; in private memory when there is other that is shared, and with threads. */
#include "shim_expect.h"
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>

struct shared {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    pthread_rwlock_t rwlock;
    pthread_barrier_t barrier;
    pthread_spinlock_t spin;
    pthread_mutex_t plain;
    int ready;
};

static const struct timespec past = {.tv_sec = 1};

/* An init call, announced with what its attributes say. */
static void init_all(struct shared *s)
{
    pthread_mutexattr_t mutex;
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_settype(&mutex, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutexattr_setrobust(&mutex, PTHREAD_MUTEX_ROBUST);
    INVOKE("pthread_mutex_init", &s->mutex, 1, 2 | 1 << 8);
    OK("pthread_mutex_init", &s->mutex, 0);
    CHECK(pthread_mutex_init(&s->mutex, &mutex) == 0);
    CALL("pthread_mutex_init", &s->plain, 0);
    CHECK(pthread_mutex_init(&s->plain, NULL) == 0);

    pthread_condattr_t cond;
    pthread_condattr_init(&cond);
    pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
    pthread_condattr_setclock(&cond, CLOCK_MONOTONIC);
    INVOKE("pthread_cond_init", &s->cond, 1, CLOCK_MONOTONIC);
    OK("pthread_cond_init", &s->cond, 0);
    CHECK(pthread_cond_init(&s->cond, &cond) == 0);

    pthread_rwlockattr_t rwlock;
    pthread_rwlockattr_init(&rwlock);
    pthread_rwlockattr_setpshared(&rwlock, PTHREAD_PROCESS_SHARED);
    INVOKE("pthread_rwlock_init", &s->rwlock, 1, 0);
    OK("pthread_rwlock_init", &s->rwlock, 0);
    CHECK(pthread_rwlock_init(&s->rwlock, &rwlock) == 0);

    pthread_barrierattr_t barrier;
    pthread_barrierattr_init(&barrier);
    pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
    INVOKE("pthread_barrier_init", &s->barrier, 1, 2);
    OK("pthread_barrier_init", &s->barrier, 0);
    CHECK(pthread_barrier_init(&s->barrier, &barrier, 2) == 0);

    INVOKE("pthread_spin_init", &s->spin, 1, 0);
    OK("pthread_spin_init", &s->spin, 0);
    CHECK(pthread_spin_init(&s->spin, PTHREAD_PROCESS_SHARED) == 0);
}

static void mutex(struct shared *s)
{
    CALL("pthread_mutex_trylock", &s->plain, 0);
    CHECK(pthread_mutex_trylock(&s->plain) == 0);
    CALL("pthread_mutex_trylock", &s->plain, -EBUSY);
    CHECK(pthread_mutex_trylock(&s->plain) == EBUSY);
    CALL("pthread_mutex_lock", &s->mutex, 0);
    CHECK(pthread_mutex_lock(&s->mutex) == 0);
    INVOKE("pthread_mutex_timedlock", &s->mutex, CLOCK_REALTIME, (unsigned long)&past);
    OK("pthread_mutex_timedlock", &s->mutex, -EDEADLK);
    CHECK(pthread_mutex_timedlock(&s->mutex, &past) == EDEADLK);
    INVOKE("pthread_mutex_clocklock", &s->mutex, CLOCK_MONOTONIC, (unsigned long)&past);
    OK("pthread_mutex_clocklock", &s->mutex, -EDEADLK);
    CHECK(pthread_mutex_clocklock(&s->mutex, CLOCK_MONOTONIC, &past) == EDEADLK);
    CALL("pthread_mutex_unlock", &s->mutex, 0);
    CHECK(pthread_mutex_unlock(&s->mutex) == 0);
    CALL("pthread_mutex_unlock", &s->mutex, -EPERM);
    CHECK(pthread_mutex_unlock(&s->mutex) == EPERM);
}

/* Its holder dies: the next one gets it, with a warning that is announced. */
static void robust(struct shared *s)
{
    pid_t child = fork();
    if (child == 0) {
        CALL("pthread_mutex_lock", &s->mutex, 0);
        pthread_mutex_lock(&s->mutex);
        _exit(0);
    }
    reap(child);
    CALL("pthread_mutex_lock", &s->mutex, -EOWNERDEAD);
    CHECK(pthread_mutex_lock(&s->mutex) == EOWNERDEAD);
    CALL("pthread_mutex_consistent", &s->mutex, 0);
    CHECK(pthread_mutex_consistent(&s->mutex) == 0);
    CALL("pthread_mutex_unlock", &s->mutex, 0);
    CHECK(pthread_mutex_unlock(&s->mutex) == 0);
}

static void lock(pthread_mutex_t *mutex)
{
    CALL("pthread_mutex_lock", mutex, 0);
    CHECK(pthread_mutex_lock(mutex) == 0);
}

static void unlock(pthread_mutex_t *mutex)
{
    CALL("pthread_mutex_unlock", mutex, 0);
    CHECK(pthread_mutex_unlock(mutex) == 0);
}

static void condition(struct shared *s)
{
    lock(&s->mutex);
    pid_t child = fork(); /* it cannot signal before the parent waits: the mutex is taken */
    if (child == 0) {
        lock(&s->mutex);
        POINT("store", s->ready);
        s->ready = 1;
        CALL("pthread_cond_signal", &s->cond, 0);
        CHECK(pthread_cond_signal(&s->cond) == 0);
        unlock(&s->mutex);
        _exit(0);
    }
    for (;;) {
        POINT("load", s->ready);
        if (s->ready)
            break;
        INVOKE("pthread_cond_wait", &s->cond, 0, (unsigned long)&s->mutex);
        OK("pthread_cond_wait", &s->cond, 0);
        CHECK(pthread_cond_wait(&s->cond, &s->mutex) == 0);
    }
    INVOKE("pthread_cond_timedwait", &s->cond, 0, (unsigned long)&s->mutex);
    OK("pthread_cond_timedwait", &s->cond, -ETIMEDOUT);
    CHECK(pthread_cond_timedwait(&s->cond, &s->mutex, &past) == ETIMEDOUT);
    INVOKE("pthread_cond_clockwait", &s->cond, CLOCK_REALTIME, (unsigned long)&s->mutex);
    OK("pthread_cond_clockwait", &s->cond, -ETIMEDOUT);
    CHECK(pthread_cond_clockwait(&s->cond, &s->mutex, CLOCK_REALTIME, &past) == ETIMEDOUT);
    CALL("pthread_cond_broadcast", &s->cond, 0);
    CHECK(pthread_cond_broadcast(&s->cond) == 0);
    unlock(&s->mutex);
    reap(child);
}

static void read_write(struct shared *s)
{
    CALL("pthread_rwlock_rdlock", &s->rwlock, 0);
    CHECK(pthread_rwlock_rdlock(&s->rwlock) == 0);
    CALL("pthread_rwlock_tryrdlock", &s->rwlock, 0);
    CHECK(pthread_rwlock_tryrdlock(&s->rwlock) == 0);
    CALL("pthread_rwlock_trywrlock", &s->rwlock, -EBUSY);
    CHECK(pthread_rwlock_trywrlock(&s->rwlock) == EBUSY);
    INVOKE("pthread_rwlock_timedwrlock", &s->rwlock, CLOCK_REALTIME, (unsigned long)&past);
    OK("pthread_rwlock_timedwrlock", &s->rwlock, -ETIMEDOUT);
    CHECK(pthread_rwlock_timedwrlock(&s->rwlock, &past) == ETIMEDOUT);
    for (int i = 0; i < 2; i++) {
        CALL("pthread_rwlock_unlock", &s->rwlock, 0);
        CHECK(pthread_rwlock_unlock(&s->rwlock) == 0);
    }
    CALL("pthread_rwlock_wrlock", &s->rwlock, 0);
    CHECK(pthread_rwlock_wrlock(&s->rwlock) == 0);
    INVOKE("pthread_rwlock_timedrdlock", &s->rwlock, CLOCK_REALTIME, (unsigned long)&past);
    OK("pthread_rwlock_timedrdlock", &s->rwlock, -EDEADLK);
    CHECK(pthread_rwlock_timedrdlock(&s->rwlock, &past) == EDEADLK);
    CALL("pthread_rwlock_unlock", &s->rwlock, 0);
    CHECK(pthread_rwlock_unlock(&s->rwlock) == 0);
}

static void meet(pthread_barrier_t *barrier)
{
    INVOKE("pthread_barrier_wait", barrier, 0, 0);
    int result = pthread_barrier_wait(barrier);
    CHECK(result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD);
    OK("pthread_barrier_wait", barrier, result == PTHREAD_BARRIER_SERIAL_THREAD);
}

static void barrier(struct shared *s)
{
    pid_t child = fork();
    meet(&s->barrier);
    if (child == 0)
        _exit(0);
    reap(child);
}

static void spin(struct shared *s)
{
    CALL("pthread_spin_lock", &s->spin, 0);
    CHECK(pthread_spin_lock(&s->spin) == 0);
    CALL("pthread_spin_trylock", &s->spin, -EBUSY);
    CHECK(pthread_spin_trylock(&s->spin) == EBUSY);
    CALL("pthread_spin_unlock", &s->spin, 0);
    CHECK(pthread_spin_unlock(&s->spin) == 0);
}

static void destroy_all(struct shared *s)
{
    CALL("pthread_mutex_destroy", &s->mutex, 0);
    CHECK(pthread_mutex_destroy(&s->mutex) == 0);
    CALL("pthread_cond_destroy", &s->cond, 0);
    CHECK(pthread_cond_destroy(&s->cond) == 0);
    CALL("pthread_rwlock_destroy", &s->rwlock, 0);
    CHECK(pthread_rwlock_destroy(&s->rwlock) == 0);
    CALL("pthread_barrier_destroy", &s->barrier, 0);
    CHECK(pthread_barrier_destroy(&s->barrier) == 0);
    CALL("pthread_spin_destroy", &s->spin, 0);
    CHECK(pthread_spin_destroy(&s->spin) == 0);
}

static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

static void *thread_body(void *argument)
{
    lock(&own);
    unlock(&own);
    return argument;
}

static void threads(void)
{
    pthread_t thread;
    expect("pthread_create invoke", NULL, 0, 0, 0);
    CHECK(pthread_create(&thread, NULL, thread_body, &own) == 0);
    expect("pthread_create ok", (void *)thread, 0, 0, 0);
    expect("pthread_join invoke", (void *)thread, 0, 0, 0);
    expect("pthread_join ok", (void *)thread, 0, 0, 0);
    void *returned;
    CHECK(pthread_join(thread, &returned) == 0 && returned == &own);
    lock(&own);
    unlock(&own);
}

int main(void)
{
    CHECK(pthread_mutex_lock(&own) == 0 &&
          pthread_mutex_unlock(&own) == 0); /* nobody else: not announced */
    struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(s != MAP_FAILED);
    lock(&own);
    unlock(&own);
    init_all(s);
    mutex(s);
    robust(s);
    condition(s);
    read_write(s);
    barrier(s);
    spin(s);
    destroy_all(s);
    threads();
    return 0;
}
