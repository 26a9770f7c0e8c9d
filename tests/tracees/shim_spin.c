/*
 * Waits for a spin lock that is only let go by a signal handler: each try is a point where others may run.
 */
#include "shim_expect.h"
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

static pthread_spinlock_t *lock;

static void let_go(int signal)
{
    (void)signal;
    pthread_spin_unlock(lock);
}

int main(void)
{
    lock = mmap(NULL, sizeof *lock, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(lock != MAP_FAILED && pthread_spin_init(lock, PTHREAD_PROCESS_SHARED) == 0);
    CHECK(pthread_spin_lock(lock) == 0);
    signal(SIGALRM, let_go);
    struct itimerval soon = {.it_value = {.tv_usec = 5000}};
    CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
    CHECK(pthread_spin_lock(lock) == 0);
    return 0;
}
