/* Wrong: the number is an int. */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static long parse_count(const char *text)
{
    if (*text == '\0' || strspn(text, "0123456789") != strlen(text))
        return -1;
    return strtol(text, NULL, 10);
}

int main(int argc, char *argv[])
{
    if (argc != 4 || parse_count(argv[2]) < 0 || parse_count(argv[3]) < 0) {
        fprintf(stderr, "usage: counter NAME WORKERS ITERATIONS\n");
        return 2;
    }
    const char *name = argv[1];
    long workers = parse_count(argv[2]);
    long iterations = parse_count(argv[3]);

    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fd == -1) {
        perror("shm_open");
        return 1;
    }
    sem_t *lock = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
    if (lock == SEM_FAILED) {
        perror("sem_open");
        shm_unlink(name);
        return 1;
    }
    if (ftruncate(fd, sizeof(int)) == -1) {
        perror("ftruncate");
        return 1;
    }
    int *total = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (total == MAP_FAILED) {
        perror("mmap");
        return 1;
    }

    for (long w = 0; w < workers; w++) {
        pid_t pid = fork();
        if (pid == -1) {
            perror("fork");
            break;
        }
        if (pid == 0) {
            for (long i = 0; i < iterations; i++) {
                sem_wait(lock);
                *total = *total + 1;
                sem_post(lock);
            }
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;

    printf("%d\n", *total);
    fflush(stdout);
    sem_unlink(name);
    shm_unlink(name);
    return 0;
}
