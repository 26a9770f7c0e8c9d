/* Wrong: the semaphore's name is removed when the workers have been started, and they may not have opened it yet. */
/*
 * counter NAME WORKERS ITERATIONS
 *
 * WORKERS child processes add 1 to one number, ITERATIONS times each. The number lives in a POSIX
 * shared memory segment, and a POSIX semaphore sees to it that only one process at a time is changing it.
 *
 * Why the semaphore? `*total += 1` looks like one act, but is three: read the number, add 1, write it
 * back. If two processes both read 41, both write 42, and one addition is lost. The semaphore starts at 1:
 * whoever takes it (sem_wait) leaves 0 behind, and everybody else sleeps until it is given back (sem_post).
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the processes share. After fork() each child has a copy of this structure, but the copies point
 * to the same memory and the same semaphore: that is the whole idea of MAP_SHARED and sem_open. */
struct counter {
    long *total;
    sem_t *lock;
};

static void complain(const char *what)
{
    fprintf(stderr, "counter: %s: %s\n", what, strerror(errno));
}

/* A count in decimal, or -1. strtol alone would also take " 7", "+7" and "7 apples". */
static long parse_count(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (!isdigit((unsigned char)*c))
            return -1;
    errno = 0;
    long count = strtol(text, NULL, 10);
    return (*text == '\0' || errno != 0) ? -1 : count;
}

/*
 * Make the segment and the semaphore, or neither. O_EXCL makes "is the name free?" and "then it is mine"
 * one act of the kernel: of two programs that try at once exactly one succeeds. Whatever existed before
 * belongs to somebody else, so on failure we remove only what we made ourselves.
 */
static int create(const char *name, struct counter *counter)
{
    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fd == -1) {
        complain("shm_open");
        return -1;
    }
    /* A new segment is 0 bytes long: it must grow before it is used, or the first access is a SIGBUS.
     * The new bytes are zero, so the count starts at 0. */
    const char *failed = NULL;
    if (ftruncate(fd, sizeof *counter->total) == -1)
        failed = "ftruncate";
    else if ((counter->total = mmap(NULL, sizeof *counter->total, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) ==
             MAP_FAILED)
        failed = "mmap";
    else if ((counter->lock = sem_open(name, O_CREAT | O_EXCL, 0600, 1)) == SEM_FAILED)
        failed = "sem_open";

    if (failed != NULL) {
        complain(failed);
        shm_unlink(name); /* ours: made a few lines above */
    }
    close(fd); /* the mapping stays */
    return failed == NULL ? 0 : -1;
}

/* One worker. Returns its exit status. */
static int work(const char *name, const struct counter *counter, long iterations)
{
    sem_t *lock = sem_open(name, 0);
    if (lock == SEM_FAILED) {
        complain("sem_open");
        return EXIT_FAILURE;
    }
    for (long i = 0; i < iterations; i++) {
        while (sem_wait(lock) == -1)
            if (errno != EINTR)
                return EXIT_FAILURE;
        *counter->total += 1; /* both the reading and the writing lie between wait and post */
        sem_post(lock);
    }
    return EXIT_SUCCESS;
}

/* Start the workers and wait until all of them have ended. Returns 0 if all went well. */
static int run_workers(const char *name, const struct counter *counter, long workers, long iterations)
{
    int result = 0;
    long started = 0;

    while (started < workers) {
        pid_t child = fork();
        if (child == 0)
            _exit(work(name, counter, iterations)); /* not exit(): the child must not flush the parent's stdio */
        if (child == -1) {
            complain("fork");
            result = -1;
            break; /* those that did start are still waited for */
        }
        started++;
    }
    sem_unlink(name);
    while (started > 0) {
        int status;
        if (wait(&status) == -1) {
            if (errno == EINTR)
                continue;
            complain("wait");
            return -1;
        }
        started--;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
            result = -1;
    }
    return result;
}

int main(int argc, char *argv[])
{
    long workers = argc == 4 ? parse_count(argv[2]) : -1;
    long iterations = argc == 4 ? parse_count(argv[3]) : -1;
    if (workers < 0 || iterations < 0) {
        fprintf(stderr, "usage: counter NAME WORKERS ITERATIONS\n");
        return 2;
    }

    const char *name = argv[1];
    struct counter counter;
    if (create(name, &counter) == -1)
        return EXIT_FAILURE;

    int result = run_workers(name, &counter, workers, iterations);
    /* Nobody else is left: wait() returned for every worker, and what a process did before it ended has
     * happened for the one that waited for it. So this read needs no lock. */
    if (result == 0 && (printf("%ld\n", *counter.total) < 0 || fflush(stdout) == EOF)) {
        complain("stdout");
        result = -1;
    }
    /* Names of POSIX objects live until they are unlinked or the machine restarts: also on failure. */
    shm_unlink(name);
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
