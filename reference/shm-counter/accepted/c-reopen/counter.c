/* Accepted: the parent only makes the objects; each child opens both by name, maps them for itself, and the
 * parent reads the result through the descriptor without any mapping. */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct segment {
    long total;
};

static bool number(const char *s, unsigned long *out)
{
    if (*s == '\0' || strspn(s, "0123456789") != strlen(s))
        return false;
    errno = 0;
    *out = strtoul(s, NULL, 10);
    return errno == 0;
}

static void worker(const char *name, unsigned long iterations)
{
    int fd = shm_open(name, O_RDWR, 0);
    sem_t *sem = sem_open(name, 0);
    if (fd < 0 || sem == SEM_FAILED)
        _exit(1);
    struct segment *seg = mmap(NULL, sizeof *seg, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (seg == MAP_FAILED)
        _exit(1);
    for (; iterations > 0; iterations--) {
        int r;
        do {
            r = sem_wait(sem);
        } while (r != 0 && errno == EINTR);
        if (r != 0)
            _exit(1);
        long seen = seg->total;
        seg->total = seen + 1;
        if (sem_post(sem) != 0)
            _exit(1);
    }
    munmap(seg, sizeof *seg);
    sem_close(sem);
    close(fd);
    _exit(0);
}

int main(int argc, char **argv)
{
    unsigned long workers, iterations;
    if (argc != 4 || !number(argv[2], &workers) || !number(argv[3], &iterations)) {
        fputs("usage: counter NAME WORKERS ITERATIONS\n", stderr);
        return 2;
    }
    const char *name = argv[1];
    int exit_status = 1;
    pid_t *pids = NULL;
    unsigned long n = 0;

    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        perror(name);
        return 1;
    }
    sem_t *sem = sem_open(name, O_CREAT | O_EXCL, S_IRUSR | S_IWUSR, 1u);
    if (sem == SEM_FAILED) {
        perror(name);
        goto drop_segment;
    }
    sem_close(sem); /* made, but not used by this process */
    if (ftruncate(fd, sizeof(struct segment)) != 0) {
        perror("ftruncate");
        goto drop_both;
    }
    if (workers > SIZE_MAX / sizeof *pids || (pids = malloc(workers * sizeof *pids + 1)) == NULL) {
        perror("malloc");
        goto drop_both;
    }

    exit_status = 0;
    for (; n < workers; n++) {
        if ((pids[n] = fork()) == 0)
            worker(name, iterations);
        if (pids[n] < 0) {
            perror("fork");
            exit_status = 1;
            break;
        }
    }
    while (n > 0) { /* the last one started is waited for first: the order does not matter */
        int status;
        if (waitpid(pids[n - 1], &status, 0) < 0) {
            if (errno == EINTR)
                continue;
            perror("waitpid");
            exit_status = 1;
        } else if (status != 0) {
            exit_status = 1;
        }
        n--;
    }
    long total;
    if (exit_status == 0 && pread(fd, &total, sizeof total, 0) == (ssize_t)sizeof total) {
        dprintf(STDOUT_FILENO, "%ld\n", total);
    } else {
        fputs("counter: a worker failed\n", stderr);
        exit_status = 1;
    }
drop_both:
    sem_unlink(name);
drop_segment:
    shm_unlink(name);
    free(pids);
    return exit_status;
}
