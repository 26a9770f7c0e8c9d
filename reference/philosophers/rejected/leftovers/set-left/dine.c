/* Wrong: the set of semaphores is not removed at the end. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

union semun {
    int val;
    struct semid_ds *buf;
    unsigned short *array;
};

static int set = -1;

static int hands(unsigned short left, unsigned short right, short by)
{
    struct sembuf both[] = {{left, by, SEM_UNDO}, {right, by, SEM_UNDO}};
    while (semop(set, both, left == right ? 1 : 2) == -1)
        if (errno != EINTR)
            return -1;
    return 0;
}

static int dine(unsigned short me, unsigned short n, unsigned long meals)
{
    unsigned short right = (unsigned short)((me + 1) % n);
    for (unsigned long meal = 1; meal <= meals; meal++) {
        if (hands(me, right, -1) == -1 || dprintf(STDOUT_FILENO, "%d eats %lu\n", me, meal) < 0 ||
            hands(me, right, 1) == -1) {
            perror("dine");
            return 1;
        }
    }
    return 0;
}

static unsigned long count(const char *text)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);
    if (*text == '\0' || *end != '\0' || strpbrk(text, "+- \t") != NULL) {
        fprintf(stderr, "dine: %s is not a count\n", text);
        exit(2);
    }
    return value;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: dine N MEALS\n");
        return 2;
    }
    unsigned long n = count(argv[1]), meals = count(argv[2]);
    if (n == 0 || meals == 0)
        return 0;
    if (n > 32000) {
        fprintf(stderr, "dine: no table is that large\n");
        return 1;
    }

    set = semget(IPC_PRIVATE, (int)n, 0600);
    unsigned short *ones = malloc(n * sizeof *ones);
    for (unsigned long i = 0; ones != NULL && i < n; i++)
        ones[i] = 1;
    if (set == -1 || ones == NULL || semctl(set, 0, SETALL, (union semun){.array = ones}) == -1) {
        perror("dine: forks");
        if (set != -1)
            semctl(set, 0, IPC_RMID);
        return 1;
    }
    free(ones);

    int failed = 0;
    unsigned long guests = 0;
    for (; guests < n; guests++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(dine((unsigned short)guests, (unsigned short)n, meals));
        if (pid == -1) {
            perror("dine: fork");
            failed = 1;
            break;
        }
    }
    while (guests-- > 0) {
        int status = 0;
        wait(&status);
        failed |= status != 0;
    }
    return failed;
}
