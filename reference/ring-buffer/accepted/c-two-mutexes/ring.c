/* Accepted: built by a Makefile, optimised; producers exclude producers and consumers consumers, each side with a
 * semaphore of its own, so a producer and a consumer work at the same time. Who takes the last item lets all other
 * consumers go. Semaphores and slots lie in two mappings. */
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static sem_t *sems;
static struct slots {
    unsigned long head, tail, taken;
    char text[][48];
} *shared;
enum { ROOM, STOCK, PUTTING, TAKING, SEMAPHORES };

static unsigned long slots, producers, consumers, items;

static void *share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        perror("ring: mmap");
        exit(1);
    }
    return memory;
}

static void P(int which)
{
    while (sem_wait(&sems[which]) != 0 && errno == EINTR)
        continue;
}

static void V(int which)
{
    sem_post(&sems[which]);
}

static int produce(unsigned long me)
{
    for (unsigned long i = 1; i <= items; i++) {
        P(ROOM);
        P(PUTTING);
        snprintf(shared->text[shared->head % slots], sizeof *shared->text, "%lu:%lu\n", me, i);
        shared->head++;
        V(PUTTING);
        V(STOCK);
    }
    return 0;
}

static int consume(void)
{
    unsigned long total = producers * items;
    char line[sizeof *shared->text];

    for (;;) {
        P(STOCK);
        P(TAKING);
        if (shared->taken == total) { /* woken to go home: pass it on */
            V(TAKING);
            V(STOCK);
            return 0;
        }
        strcpy(line, shared->text[shared->tail]);
        if (++shared->tail == slots)
            shared->tail = 0;
        int last = ++shared->taken == total;
        /* Printed under TAKING: then the lines come in the order of the ring even with many consumers. */
        if (write(STDOUT_FILENO, line, strlen(line)) < 0)
            return 1;
        V(TAKING);
        V(ROOM);
        if (last)
            V(STOCK);
    }
}

int main(int argc, char **argv)
{
    unsigned long *const counts[] = {&slots, &producers, &consumers, &items};
    int good = argc == 5;
    for (int i = 0; good && i < 4; i++) {
        char *end;
        *counts[i] = strtoul(argv[i + 1], &end, 10);
        good = argv[i + 1][0] >= '0' && argv[i + 1][0] <= '9' && *end == '\0';
    }
    if (!good) {
        fputs("usage: ring SLOTS PRODUCERS CONSUMERS ITEMS\n", stderr);
        return 2;
    }
    if (slots == 0 || consumers == 0 || producers * items == 0)
        return 0;

    sems = share(SEMAPHORES * sizeof *sems);
    shared = share(sizeof *shared + slots * sizeof *shared->text);
    sem_init(&sems[ROOM], 1, slots);
    sem_init(&sems[STOCK], 1, 0);
    sem_init(&sems[PUTTING], 1, 1);
    sem_init(&sems[TAKING], 1, 1);

    for (unsigned long i = 0; i < consumers + producers; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(i < consumers ? consume() : produce(i - consumers + 1));
        if (pid < 0) {
            perror("ring: fork");
            return 1;
        }
    }
    int result = 0;
    for (int status; waitpid(-1, &status, 0) > 0;)
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            result = 1;
    return result;
}
