/* POSIX semaphores: named, in shared memory, and where they do not belong. */
#include "shim_expect.h"
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

static const struct timespec past = {.tv_sec = 1};

/* sem_open and sem_unlink are announced with the address of the name. */
static sem_t *open_named(const char *name, int flags, mode_t mode, unsigned value)
{
    expect("sem_open invoke", name, mode, flags, value);
    sem_t *sem = sem_open(name, flags, mode, value);
    if (sem == SEM_FAILED)
        expect("sem_open ok", NULL, 0, -errno, 0);
    else
        OK("sem_open", sem, 0);
    return sem;
}

static void unlink_named(const char *name, int result)
{
    expect("sem_unlink invoke", name, 0, 0, 0);
    expect("sem_unlink ok", name, 0, result, 0);
    CHECK(sem_unlink(name) == (result ? -1 : 0));
}

static void value_is(sem_t *sem, int value)
{
    int found;
    INVOKE("sem_getvalue", sem, 0, 0);
    expect("sem_getvalue ok", sem, sizeof *sem, 0, (unsigned long)value);
    CHECK(sem_getvalue(sem, &found) == 0 && found == value);
}

static void named(void)
{
    char name[40];
    snprintf(name, sizeof name, "/shim_semaphores.%d", getpid());
    sem_t *sem = open_named(name, O_CREAT | O_EXCL, 0600, 1);
    CHECK(sem != SEM_FAILED);
    CHECK(open_named(name, O_CREAT | O_EXCL, 0600, 1) == SEM_FAILED && errno == EEXIST);
    sem_t *again = open_named(name, 0, 0, 0);
    CHECK(again == sem);
    unlink_named(name, 0);
    unlink_named(name, -ENOENT);

    value_is(sem, 1);
    CALL("sem_wait", sem, 0);
    CHECK(sem_wait(sem) == 0);
    CALL("sem_trywait", sem, -EAGAIN);
    CHECK(sem_trywait(sem) == -1 && errno == EAGAIN);
    INVOKE("sem_timedwait", sem, CLOCK_REALTIME, (unsigned long)&past);
    OK("sem_timedwait", sem, -ETIMEDOUT);
    CHECK(sem_timedwait(sem, &past) == -1 && errno == ETIMEDOUT);
    INVOKE("sem_clockwait", sem, CLOCK_MONOTONIC, (unsigned long)&past);
    OK("sem_clockwait", sem, -ETIMEDOUT);
    CHECK(sem_clockwait(sem, CLOCK_MONOTONIC, &past) == -1 && errno == ETIMEDOUT);
    CALL("sem_post", sem, 0);
    CHECK(sem_post(sem) == 0);

    /* Opened twice: it stays until it is closed twice. A copy of a semaphore is a classical mistake. */
    sem_t copy;
    CALL("sem_close", sem, 0);
    CHECK(sem_close(sem) == 0);
    expect("read_range point", again, sizeof *again, 0, 0);
    copy = *again;
    CALL("sem_close", again, 0);
    CHECK(sem_close(again) == 0);
    CALL("sem_close", again, -EINVAL);
    CHECK(sem_close(again) == -1 && errno == EINVAL);
    CALL("sem_destroy", &copy, 0);
    CHECK(sem_destroy(&copy) == 0);
    void *there = (void *)((unsigned long)again / 4096 * 4096);
    CHECK(mmap(there, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
          there);
    *again = copy;
    munmap(there, 4096);
}

struct shared {
    sem_t ready;
    sem_t done;
};

static void init(sem_t *sem, int pshared, unsigned value, int result)
{
    INVOKE("sem_init", sem, pshared, value);
    OK("sem_init", sem, result);
    CHECK(sem_init(sem, pshared, value) == (result ? -1 : 0));
}

static void in_shared_memory(void)
{
    struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(s != MAP_FAILED);
    init(&s->ready, 1, 0, 0);
    init(&s->done, 1, 0, 0);
    pid_t child = fork();
    if (child == 0) {
        CALL("sem_wait", &s->ready, 0);
        CHECK(sem_wait(&s->ready) == 0);
        CALL("sem_post", &s->done, 0);
        CHECK(sem_post(&s->done) == 0);
        _exit(0);
    }
    CALL("sem_post", &s->ready, 0);
    CHECK(sem_post(&s->ready) == 0);
    CALL("sem_wait", &s->done, 0);
    CHECK(sem_wait(&s->done) == 0);
    reap(child);
    CALL("sem_destroy", &s->ready, 0);
    CHECK(sem_destroy(&s->ready) == 0);
    init(&s->ready, 1, 1u << 31, -EINVAL);
}

static sem_t misplaced;

static void in_private_memory(void)
{
    init(&misplaced, 1, 1, 0);
    CALL("sem_wait", &misplaced, 0);
    CHECK(sem_wait(&misplaced) == 0);
    init(&misplaced, 0, 0, 0);
}

int main(void)
{
    named();
    in_shared_memory();
    in_private_memory();
    return 0;
}
