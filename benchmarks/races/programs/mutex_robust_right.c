/* right: whoever comes next after the holder's death repairs the number and adds to it before it unlocks.
   prints: 102 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    pthread_mutex_t mutex;
    int number;
} *shared;

static void dies(void)
{
    pthread_mutex_lock(&shared->mutex);
    shared->number = 100;
}

static void add(void)
{
    if (pthread_mutex_lock(&shared->mutex) == EOWNERDEAD)
        pthread_mutex_consistent(&shared->mutex);
    shared->number++;
    pthread_mutex_unlock(&shared->mutex);
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&shared->mutex, &attributes);
    if (fork() == 0) {
        dies();
        _exit(0);
    }
    wait(NULL);
    for (int child = 0; child < 2; child++)
        if (fork() == 0) {
            add();
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    printf("%d\n", shared->number);
    return 0;
}
