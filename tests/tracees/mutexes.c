/* Mutexes and conditions between threads and in shared memory, without the run-time: their futexes. */
#include "expect.h"
#include <pthread.h>
#include <sys/mman.h>


struct shared {
    pthread_mutex_t mutex;
};

int main(void)
{
    pthread_mutexattr_t attributes;
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ABOVE("mmap mapping:1 = %ld {}", (long)shared);
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &attributes);

    pthread_mutex_lock(&shared->mutex);
    int at = __LINE__; pid_t child = fork();
    if (child == 0) {
        pthread_mutex_lock(&shared->mutex);
        ABOVE("futex mapping:1 = 0 blocked {'op': 'FUTEX_WAIT', 'offset': 0, 'value': 2}");
        pthread_mutex_unlock(&shared->mutex);
        ABOVE("futex mapping:1 = 0 {'op': 'FUTEX_WAKE', 'offset': 0, 'value': 1}");
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    rest();
    pthread_mutex_unlock(&shared->mutex);
    ABOVE("futex mapping:1 = 1 {'op': 'FUTEX_WAKE', 'offset': 0, 'value': 1}");
    wait(NULL);
    ABOVE("wait - = %d blocked {}", child);
    leave(0);
}
