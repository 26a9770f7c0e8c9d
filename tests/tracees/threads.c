/* Threads: each has its operations; mutexes and conditions that must wait; exit of one and of all. */
#include "expect.h"
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int fds[2], ready;

static void *reader(void *unused)
{
    char text[4];
    CHECK(read(fds[0], text, 4) == 2);
    CHECK(write(fds[1], "23", 2) == 2);
    pthread_mutex_lock(&mutex);
    while (!ready)
        pthread_cond_wait(&condition, &mutex);
    pthread_mutex_unlock(&mutex);
    return unused;
}

static void *forever(void *unused)
{
    pause();
    return unused;
}

int main(void)
{
    pthread_t thread, other;
    char text[4];

    pipe(fds);
    ABOVE("pipe pipe:1 = 0 {}");
    pthread_create(&thread, NULL, reader, NULL);
    ABOVE("pthread_create - = %d {}", getpid() + 1);
    pthread_create(&other, NULL, forever, NULL);
    ABOVE("pthread_create - = %d {}", getpid() + 2);
    rest();
    write(fds[1], "12", 2);
    ABOVE("write pipe:1 = 2 {}");
    rest();
    CHECK(read(fds[0], text, 4) == 2 && text[0] == '2');
    ABOVE("read pipe:1 = 2 {'data': '23'}");
    pthread_mutex_lock(&mutex);
    ready = 1;
    pthread_cond_signal(&condition);
    ABOVE("futex - = 1 {'op': 'FUTEX_WAKE'}");
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
    ABOVE("futex - = 0 blocked {'op': 'FUTEX_WAIT_BITSET'}");
    leave(0);
}
