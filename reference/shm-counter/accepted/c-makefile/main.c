/* Accepted: built by a Makefile, optimised; the names are removed by atexit (children leave by _exit, so it
 * is the parent alone who does); children are waited for with waitid. */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *segment_name, *semaphore_name; /* what is ours to remove */
static volatile long *total;
static sem_t *turn;

static void remove_names(void)
{
    if (semaphore_name != NULL)
        sem_unlink(semaphore_name);
    if (segment_name != NULL)
        shm_unlink(segment_name);
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static long count_or_usage(const char *s)
{
    char *end = NULL;
    errno = 0;
    long n = strchr("0123456789", *s) && *s ? strtol(s, &end, 10) : -1;
    if (n < 0 || errno != 0 || *end != '\0') {
        fprintf(stderr, "counter: '%s' is not a count\n", s);
        exit(2);
    }
    return n;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s NAME WORKERS ITERATIONS\n", argv[0]);
        return 2;
    }
    long workers = count_or_usage(argv[2]), iterations = count_or_usage(argv[3]);

    atexit(remove_names);
    int fd = shm_open(argv[1], O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
        die("shm_open");
    segment_name = argv[1];
    turn = sem_open(argv[1], O_CREAT | O_EXCL, 0600, 1);
    if (turn == SEM_FAILED)
        die("sem_open");
    semaphore_name = argv[1];
    if (ftruncate(fd, sizeof(long)) < 0)
        die("ftruncate");
    total = mmap(NULL, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (total == MAP_FAILED)
        die("mmap");

    int bad = 0;
    for (long w = 0; w < workers && !bad; w++) {
        pid_t pid = fork();
        if (pid == 0) {
            while (iterations-- > 0) {
                while (sem_wait(turn) != 0)
                    if (errno != EINTR)
                        _exit(1);
                (*total)++;
                sem_post(turn);
            }
            _exit(0);
        }
        if (pid < 0)
            bad = errno;
    }
    for (;;) {
        siginfo_t info;
        if (waitid(P_ALL, 0, &info, WEXITED) == 0) {
            if (info.si_code != CLD_EXITED || info.si_status != 0)
                bad = ECANCELED;
        } else if (errno != EINTR) {
            break; /* ECHILD: none is left */
        }
    }
    if (bad) {
        errno = bad;
        die("a worker");
    }
    printf("%ld\n", *total);
    return fflush(stdout) == 0 ? 0 : 1;
}
