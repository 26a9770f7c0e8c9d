/* heavy WAY: a worker that touches much shared memory, between two posts of a semaphore; prints a sum. */
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ACCESSES = 50000, MIB = 1 << 20, COPIED = 64 * MIB };

static struct {
    sem_t done;
    long count;
    long numbers[ACCESSES];
} *shared;

static void repeat(void)
{
    for (int i = 0; i < ACCESSES; i++)
        shared->count++; /* a load and a store */
}

static void walk(void)
{
    for (int i = 0; i < ACCESSES; i++)
        shared->numbers[i]++;
}

/* In steps that fit no neighbour: each access is an entry of its own. */
static void jump(void)
{
    for (int i = 0, at = 0; i < ACCESSES; i++, at = (at + 7919) % ACCESSES)
        shared->numbers[at]++;
}

static void by_memcpy(char *target, const char *source)
{
    for (int at = 0; at < COPIED; at += MIB)
        memcpy(target + at, source + at, MIB);
}

static void by_loop(char *target, const char *source)
{
    for (int at = 0; at < COPIED; at++)
        target[at] = source[at];
}

int main(int argc, char *argv[])
{
    const char *way = argc > 1 ? argv[1] : "";
    shared = mmap(NULL, sizeof *shared + COPIED, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || sem_init(&shared->done, 1, 0) != 0)
        return 1;
    char *target = (char *)(shared + 1), *source = malloc(COPIED);
    memset(source, 1, COPIED);
    if (fork() == 0) {
        if (strcmp(way, "repeat") == 0)
            repeat();
        else if (strcmp(way, "walk") == 0)
            walk();
        else if (strcmp(way, "jump") == 0)
            jump();
        else if (strcmp(way, "memcpy") == 0)
            by_memcpy(target, source);
        else if (strcmp(way, "loop") == 0)
            by_loop(target, source);
        else
            for (int i = 0; i < atoi(way); i++)
                sem_post(&shared->done);
        sem_post(&shared->done);
        _exit(0);
    }
    sem_wait(&shared->done);
    long sum = shared->count + shared->numbers[ACCESSES - 1] + target[COPIED - 1];
    while (wait(NULL) > 0)
        ;
    printf("%s\n", sum < 0 ? "wrong" : "right");
    return 0;
}
