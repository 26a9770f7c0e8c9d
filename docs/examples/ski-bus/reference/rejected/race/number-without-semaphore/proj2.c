#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOPS 10

enum { L, Z, K, TL, TB, ARGUMENTS };

static const long smallest[ARGUMENTS] = {1, 1, 10, 0, 0};
static const long largest[ARGUMENTS] = {100, STOPS, 100, 10000, 1000};

struct shared {
    sem_t log;              /* the number and the line that has it */
    int number;
    sem_t stop;             /* who waits where */
    int waiting[STOPS + 1];
    sem_t somebody;         /* has come to a stop */
    sem_t board[STOPS + 1]; /* one skier at this stop may board */
    sem_t boarded;          /* one has */
    sem_t final;            /* one may get off */
    sem_t off;              /* one has */
};

static struct shared *shared;
static FILE *file;

static void down(sem_t *semaphore)
{
    while (sem_wait(semaphore) == -1)
        ;
}

static void make(sem_t *semaphore, unsigned value)
{
    if (sem_init(semaphore, 1, value) == -1) {
        perror("sem_init");
        exit(1);
    }
}

static void say(const char *format, ...)
{
    va_list arguments;

    fprintf(file, "%d: ", ++shared->number);
    va_start(arguments, format);
    vfprintf(file, format, arguments);
    va_end(arguments);
    fputc('\n', file);
    fflush(file);
}

static void pause_up_to(long longest)
{
    if (longest > 0)
        usleep((useconds_t)(rand() % (longest + 1)));
}

static void skier(int id, const long *given)
{
    srand((unsigned)id * 7919U);
    say("L %d: started", id);
    pause_up_to(given[TL]);
    int stop = 1 + rand() % (int)given[Z];
    down(&shared->stop);
    shared->waiting[stop]++;
    say("L %d: arrived to %d", id, stop);
    sem_post(&shared->stop);
    sem_post(&shared->somebody);
    down(&shared->board[stop]);
    say("L %d: boarding", id);
    sem_post(&shared->boarded);
    down(&shared->final);
    say("L %d: going to ski", id);
    sem_post(&shared->off);
}

static void call_at(int stop, int room, int *aboard)
{
    say("BUS: arrived to %d", stop);
    down(&shared->stop);
    int boarding = shared->waiting[stop] < room ? shared->waiting[stop] : room;
    shared->waiting[stop] -= boarding;
    sem_post(&shared->stop);
    for (int i = 0; i < boarding; i++)
        sem_post(&shared->board[stop]);
    for (int i = 0; i < boarding; i++)
        down(&shared->boarded);
    *aboard += boarding;
    say("BUS: leaving %d", stop);
}

static void bus(const long *given)
{
    say("BUS: started");
    for (int left = (int)given[L]; left > 0;) {
        int aboard = 0;

        down(&shared->somebody);
        for (int stop = 1; stop <= given[Z]; stop++) {
            pause_up_to(given[TB]);
            call_at(stop, (int)given[K] - aboard, &aboard);
        }
        for (int i = 1; i < aboard; i++)
            down(&shared->somebody);
        say("BUS: arrived to final");
        for (int i = 0; i < aboard; i++)
            sem_post(&shared->final);
        for (int i = 0; i < aboard; i++)
            down(&shared->off);
        say("BUS: leaving final");
        left -= aboard;
    }
    say("BUS: finish");
}

static int understood(int argc, char *argv[], long *given)
{
    if (argc != ARGUMENTS + 1)
        return 0;
    for (int i = 0; i < ARGUMENTS; i++) {
        char *end;

        given[i] = strtol(argv[i + 1], &end, 10);
        if (end == argv[i + 1] || *end != '\0' || given[i] < smallest[i] || given[i] > largest[i])
            return 0;
    }
    return 1;
}

static void prepare(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    file = fopen("proj2.out", "w");
    if (shared == MAP_FAILED || file == NULL) {
        perror("proj2");
        exit(1);
    }
    make(&shared->log, 1);
    make(&shared->stop, 1);
    for (int stop = 1; stop <= STOPS; stop++)
        make(&shared->board[stop], 0);
    make(&shared->somebody, 0);
    make(&shared->boarded, 0);
    make(&shared->final, 0);
    make(&shared->off, 0);
}

int main(int argc, char *argv[])
{
    long given[ARGUMENTS];

    if (!understood(argc, argv, given)) {
        fprintf(stderr, "usage: proj2 L Z K TL TB\n");
        return 1;
    }
    prepare();
    for (int id = 0; id <= given[L]; id++) {
        pid_t child = fork();

        if (child == -1) {
            perror("fork");
            return 1;
        }
        if (child == 0) {
            if (id == 0)
                bus(given);
            else
                skier(id, given);
            exit(0);
        }
    }
    while (wait(NULL) != -1)
        ;
    return 0;
}
