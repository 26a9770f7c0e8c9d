/* With the run-time: what of locks and atomics says who comes before whom. */
#include "expect.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>

#define PAGE 4096

struct shared {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    pthread_barrier_t barrier;
    pthread_rwlock_t lock;
    atomic_int number;
    char last;
};

int main(void)
{
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ABOVE("mmap mapping:1 = %ld {}", (long)shared);
    const int condition = offsetof(struct shared, condition), barrier = offsetof(struct shared, barrier);
    const int lock = offsetof(struct shared, lock), number = offsetof(struct shared, number);

    pthread_mutexattr_t robust;
    pthread_mutexattr_init(&robust);
    pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&shared->mutex, &robust);
    ABOVE("pthread_mutex_init mapping:1 = 0 {'offset': 0, 'pshared': 0, 'robust': 1}");
    pthread_condattr_t between;
    pthread_condattr_init(&between);
    pthread_condattr_setpshared(&between, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&shared->condition, &between);
    ABOVE("pthread_cond_init mapping:1 = 0 {'offset': %d, 'pshared': 1}", condition);
    pthread_barrier_init(&shared->barrier, NULL, 1);
    ABOVE("pthread_barrier_init mapping:1 = 0 {'offset': %d, 'pshared': 0, 'count': 1}", barrier);
    pthread_rwlock_init(&shared->lock, NULL);
    ABOVE("pthread_rwlock_init mapping:1 = 0 {'offset': %d, 'pshared': 0}", lock);

    CHECK(pthread_barrier_wait(&shared->barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
    ABOVE("pthread_barrier_wait mapping:1 = 1 {'offset': %d}", barrier);
    pthread_mutex_lock(&shared->mutex);
    ABOVE("pthread_mutex_lock mapping:1 = 0 {'offset': 0}");
    struct timespec past = {0, 0};
    CHECK(pthread_cond_timedwait(&shared->condition, &shared->mutex, &past) == ETIMEDOUT);
    ABOVE("pthread_cond_timedwait mapping:1 = ETIMEDOUT blocked {'offset': %d, 'mutex': {'object': 'mapping:1', 'offset': 0}}",
          condition);
    pthread_mutex_unlock(&shared->mutex);
    ABOVE("pthread_mutex_unlock mapping:1 = 0 {'offset': 0}");

    atomic_store_explicit(&shared->number, 1, memory_order_release);
    ABOVE("atomic_store mapping:1 = - {'offset': %d, 'size': 4, 'order': 'release'}", number);
    CHECK(atomic_load(&shared->number) == 1);
    ABOVE("atomic_load mapping:1 = - {'offset': %d, 'size': 4, 'order': 'seq_cst'}", number);
    int old = 2;
    CHECK(!atomic_compare_exchange_strong_explicit(&shared->number, &old, 3, memory_order_acq_rel, memory_order_relaxed));
    ABOVE("atomic_compare_exchange mapping:1 = - {'offset': %d, 'order': 'acq_rel', 'failure_order': 'relaxed',"
          " 'exchanged': False}", number);
    CHECK(atomic_compare_exchange_strong(&shared->number, &old, 3));
    ABOVE("atomic_compare_exchange mapping:1 = - {'offset': %d, 'exchanged': True}", number);
    atomic_thread_fence(memory_order_acquire);
    ABOVE("atomic_fence - = - {'order': 'acquire'}");

    int fds[2];
    pipe(fds);
    ABOVE("pipe pipe:1 = 0 {}");
    CHECK(write(fds[1], &shared->number, 4) == 4);
    ABOVE("write pipe:1 = 4 {'memory': {'object': 'mapping:1', 'offset': %d}}", number);
    CHECK(read(fds[0], &shared->last, 1) == 1);
    ABOVE("read pipe:1 = 1 {'memory': {'object': 'mapping:1', 'offset': %d}}", (int)offsetof(struct shared, last));
    shared = mremap(shared, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
    ABOVE("mremap mapping:1 = %ld {}", (long)shared);
    shared->last = 1; /* behind what was asked for at first, and in the same page */
    ABOVE("store mapping:1 = - {'offset': %d, 'size': 1}", (int)offsetof(struct shared, last));
    leave(0);
}
