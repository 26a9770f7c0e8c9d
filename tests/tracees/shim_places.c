/*
 * Shared memory touched in odd places: before main, in a signal handler, after vfork, after exec, by a
 * thread.
 */
#include "shim_expect.h"
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

struct shared {
    int value;
    volatile int flag;
    sem_t sem;
    char text[16];
};

static struct shared *s;
static sem_t early;

static struct shared *map_shared(void)
{
    struct shared *mapping =
        mmap(NULL, sizeof *mapping, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(mapping != MAP_FAILED);
    return mapping;
}

__attribute__((constructor(101))) static void before_main(void)
{
    INVOKE("sem_init", &early, 0, 0);
    OK("sem_init", &early, 0);
    CHECK(sem_init(&early, 0, 0) == 0);
    s = map_shared();
    POINT("store", s->value);
    s->value = 1;
    expect("write_range point", s->text, 6, 0, 0);
    strcpy(s->text, "early");
}

static void handler(int signal)
{
    (void)signal;
    int before = errno;
    POINT("volatile_store", s->flag);
    s->flag = 1;
    CALL("sem_post", &s->sem, 0);
    sem_post(&s->sem);
    errno = before;
}

static void in_a_handler(void)
{
    INVOKE("sem_init", &s->sem, 1, 0);
    OK("sem_init", &s->sem, 0);
    CHECK(sem_init(&s->sem, 1, 0) == 0);
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    CALL("sem_wait", &s->sem, 0);
    CHECK(sem_wait(&s->sem) == 0);
    POINT("volatile_load", s->flag);
    CHECK(s->flag == 1);
}

/* No announcement, wherever it comes from, changes errno. */
static void errno_stays(void)
{
    errno = 0;
    s->value = 2;
    __atomic_fetch_add(&s->value, 1, __ATOMIC_SEQ_CST);
    strcpy(s->text, "x");
    sem_post(&s->sem);
    munmap(mmap(NULL, 1, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), 1);
    CHECK(errno == 0);
    sem_wait(&s->sem);
    CHECK(sem_trywait(&s->sem) == -1 && errno == EAGAIN);
    s->value = 3;
    sem_post(&s->sem);
    CHECK(errno == EAGAIN);

    POINT("store", s->value);
    expect("atomic_fetch_add point", &s->value, 4, __ATOMIC_SEQ_CST, 1);
    expect("write_range point", s->text, 2, 0, 0);
    CALL("sem_post", &s->sem, 0);
    CALL("sem_wait", &s->sem, 0);
    CALL("sem_trywait", &s->sem, -EAGAIN);
    POINT("store", s->value);
    CALL("sem_post", &s->sem, 0);
}

static void after_vfork(void)
{
    pid_t child = vfork();
    if (child == 0) {
        POINT("load", s->value);
        _exit(s->value == 3 ? 0 : 1);
    }
    reap(child);
}

static void *thread_body(void *argument)
{
    POINT("store", s->value);
    s->value = 4;
    return argument;
}

static void by_a_thread(void)
{
    pthread_t thread;
    expect("pthread_create invoke", NULL, 0, 0, 0);
    CHECK(pthread_create(&thread, NULL, thread_body, NULL) == 0);
    expect("pthread_create ok", (void *)thread, 0, 0, 0);
    expect("pthread_join invoke", (void *)thread, 0, 0, 0);
    expect("pthread_join ok", (void *)thread, 0, 0, 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

int main(int argc, char **argv)
{
    if (argc > 1) /* the second image: everything above is forgotten, then begun anew by the constructor */
        return strcmp(argv[1], "again") != 0;
    in_a_handler();
    errno_stays();
    after_vfork();
    by_a_thread();
    execl("/proc/self/exe", argv[0], "again", (char *)NULL);
    return 1;
}
