/* Accesses that are written down instead of announced: tests/system/test_logged.py says which. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COUNT = 1000 };

struct shared {
    int numbers[COUNT];
    long total;
    volatile int flag;
    char bytes[1 << 20];
};

static struct shared *shared;
static long ours, own[COUNT];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void fill(void)
{
    for (int i = 0; i < COUNT; i++)
        shared->numbers[i] = i; /* fill */
}

static void fill_backwards(void)
{
    for (int i = COUNT - 1; i >= 0; i--)
        shared->numbers[i] = i; /* backwards */
}

static void add(long times)
{
    for (long i = 0; i < times; i++)
        shared->total++; /* add */
}

static void fill_with_calls(void)
{
    for (int i = 0; i < 80; i++) {
        shared->numbers[i] = i; /* epochs */
        if (i == 59 && write(STDOUT_FILENO, "", 0) != 0)
            abort();
    }
}

static void by_parent_and_child(void)
{
    fill();
    pid_t child = fork();
    if (child == 0) {
        shared->total = 1; /* child */
        fill();
        _exit(0);
    }
    waitpid(child, NULL, 0);
    shared->total = 2; /* parent */
}

static void handler(int number)
{
    (void)number;
    for (int i = 0; i < 40; i++)
        shared->total += i; /* handler */
}

static void in_a_handler(void)
{
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGUSR1, &action, NULL);
    fill();
    kill(getpid(), SIGUSR1);
    fill();
}

static void *worker(void *argument)
{
    long local[8];
    for (int i = 0; i < 8; i++)
        local[i] = i;
    pthread_mutex_lock(&mutex);
    ours += local[7]; /* guarded */
    pthread_mutex_unlock(&mutex);
    long *mine = malloc(sizeof *mine * 10);
    memset(mine, 0, sizeof *mine * 10); /* heap */
    free(mine);
    *(long *)argument = 1; /* by pointer */
    return NULL;
}

static void by_threads(void)
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, worker, &own[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("%ld\n", ours + own[0] + own[1]);
}

static void by_trying(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, worker, &own[0]);
    while (pthread_tryjoin_np(thread, NULL) != 0)
        sched_yield();
    struct timespec deadline = {.tv_sec = 1L << 40};
    pthread_create(&thread, NULL, worker, &own[1]);
    pthread_timedjoin_np(thread, NULL, &deadline);
    printf("%ld\n", ours + own[0] + own[1]); /* joined */
}

static void by_memory_of(int fd)
{
    long *memory = mmap(NULL, sizeof *memory, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    for (int i = 0; i < 2; i++)
        if (fork() == 0) {
            ++*memory; /* nameless */
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    printf("%ld\n", *memory);
}

static void *waits(void *argument)
{
    while (!shared->flag) /* waits */
        ;
    return argument;
}

static void by_waiting(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, waits, NULL);
    shared->flag = 1;
    pthread_join(thread, NULL);
}

int main(int argc, char *argv[])
{
    const char *way = argc > 1 ? argv[1] : "";
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (strcmp(way, "fill") == 0)
        fill();
    else if (strcmp(way, "backwards") == 0)
        fill_backwards();
    else if (strcmp(way, "add") == 0)
        add(10000);
    else if (strcmp(way, "calls") == 0)
        fill_with_calls();
    else if (strcmp(way, "fork") == 0)
        by_parent_and_child();
    else if (strcmp(way, "handler") == 0)
        in_a_handler();
    else if (strcmp(way, "threads") == 0)
        by_threads();
    else if (strcmp(way, "waits") == 0)
        by_waiting();
    else if (strcmp(way, "tries") == 0)
        by_trying();
    else if (strcmp(way, "memfd") == 0) {
        int fd = memfd_create("memory", MFD_CLOEXEC);
        if (fd == -1 || ftruncate(fd, sizeof(long)) != 0)
            return 1;
        by_memory_of(fd);
    } else if (strcmp(way, "zero") == 0)
        by_memory_of(open("/dev/zero", O_RDWR));
    else
        return 2;
    return 0;
}
