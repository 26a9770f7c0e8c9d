/*
 * abc ROUNDS, with named semaphores and a parent that hands out the turns
 *
 * Each child has a semaphore on which it is called; all of them report on the same one when they have printed.
 * The names are removed at once: who has a semaphore open does not need its name.
 */
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static sem_t *make(const char *what)
{
    char name[64];
    snprintf(name, sizeof name, "/abc.%ld.%s", (long)getpid(), what);
    sem_t *semaphore = sem_open(name, O_CREAT | O_EXCL, 0600, 0);
    if (semaphore == SEM_FAILED) {
        perror(name);
        exit(EXIT_FAILURE);
    }
    sem_unlink(name);
    return semaphore;
}

static void child(const char *letter, sem_t *called, sem_t *done, long rounds)
{
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    for (long i = 0; i < rounds; i++) {
        sem_wait(called);
        puts(letter); /* line buffered: written here */
        sem_post(done);
    }
    exit(EXIT_SUCCESS);
}

int main(int argc, char *argv[])
{
    static const char *const letters[] = {"A", "B", "C"};
    enum { COUNT = sizeof letters / sizeof *letters };

    if (argc != 2 || strspn(argv[1], "0123456789") != strlen(argv[1]) || argv[1][0] == '\0') {
        fprintf(stderr, "usage: %s ROUNDS\n", argv[0]);
        return 2;
    }
    long rounds = strtol(argv[1], NULL, 10);

    sem_t *called[COUNT], *done = make("done");
    for (int i = 0; i < COUNT; i++)
        called[i] = make(letters[i]);

    for (int i = 0; i < COUNT; i++) {
        pid_t pid = fork();
        if (pid == 0)
            child(letters[i], called[i], done, rounds);
        if (pid < 0) {
            perror("fork");
            return EXIT_FAILURE;
        }
    }

    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < COUNT; i++) {
            sem_post(called[i]);
            sem_wait(done);
        }
    }
    int result = EXIT_SUCCESS, status;
    while (wait(&status) > 0)
        if (status != 0)
            result = EXIT_FAILURE;
    return result;
}
