/* Wrong: the room lets in one at a time, who then has all the forks. */
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static sem_t *make(const char *what, unsigned long number, unsigned value)
{
    char name[64];
    snprintf(name, sizeof name, "/dine.%ld.%s.%lu", (long)getpid(), what, number);
    sem_t *semaphore = sem_open(name, O_CREAT | O_EXCL, 0600, value);
    if (semaphore == SEM_FAILED) {
        perror(name);
        exit(EXIT_FAILURE);
    }
    sem_unlink(name);
    return semaphore;
}

static unsigned long count(const char *text)
{
    if (*text == '\0' || strspn(text, "0123456789") != strlen(text)) {
        fprintf(stderr, "dine: '%s' is not a count\n", text);
        exit(2);
    }
    return strtoul(text, NULL, 10);
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s N MEALS\n", argv[0]);
        return 2;
    }
    unsigned long n = count(argv[1]), meals = count(argv[2]);
    if (n == 0)
        return 0;

    /* Who is alone has a second fork here: there is nobody to share the first one with. */
    unsigned long forks = n == 1 ? 2 : n;
    sem_t **fork_ = calloc(forks, sizeof *fork_);
    if (fork_ == NULL) {
        perror("calloc");
        return 1;
    }
    for (unsigned long i = 0; i < forks; i++)
        fork_[i] = make("fork", i, 1);
    sem_t *room = make("room", 0, 1), *voice = make("voice", 0, 1);
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);

    for (unsigned long i = 0; i < n; i++) {
        switch (fork()) {
        case -1:
            perror("fork");
            return 1;
        case 0:
            for (unsigned long meal = 1; meal <= meals; meal++) {
                sem_wait(room);
                sem_wait(fork_[i]);
                sem_wait(fork_[(i + 1) % forks]);
                sem_wait(voice);
                printf("%lu eats %lu\n", i, meal);
                sem_post(voice);
                sem_post(fork_[i]);
                sem_post(fork_[(i + 1) % forks]);
                sem_post(room);
            }
            exit(0);
        }
    }
    int failed = 0, status;
    while (wait(&status) > 0)
        failed |= status;
    return failed != 0;
}
