/* Loads and stores of every size in a mapping that parent and child share; private memory says nothing. */
#include "shim_expect.h"
#include <string.h>
#include <sys/mman.h>

#ifdef __clang__
#define MISALIGNED_STORE "store"
#define MISALIGNED_LOAD "load"
#else
#define MISALIGNED_STORE "write_range"
#define MISALIGNED_LOAD "read_range"
#endif

struct record {
    char name[20];
    int value;
    double weight;
};

struct __attribute__((packed)) crooked {
    char first;
    int second;
};

struct shared {
    int8_t one;
    int16_t two;
    int32_t four;
    int64_t eight;
    double real;
    volatile int flag;
    struct record record;
    struct crooked crooked;
    int counter;
};

static void each_size(struct shared *s)
{
    POINT("store", s->one);
    s->one = 1;
    POINT("store", s->two);
    s->two = 2;
    POINT("store", s->four);
    s->four = 4;
    POINT("store", s->eight);
    s->eight = 8;
    POINT("store", s->real);
    s->real = 0.5;

    POINT("load", s->one);
    POINT("load", s->two);
    POINT("load", s->four);
    POINT("load", s->eight);
    CHECK(s->one + s->two + s->four + s->eight == 15);
    POINT("load", s->real);
    CHECK(s->real == 0.5);
}

static void special(struct shared *s)
{
    POINT("volatile_store", s->flag);
    s->flag = 1;
    POINT("volatile_load", s->flag);
    CHECK(s->flag == 1);

    struct record copy = {.name = "x", .value = 7, .weight = 1};
    POINT("write_range", s->record);
    s->record = copy;
    POINT("read_range", s->record);
    copy = s->record;
    CHECK(copy.value == 7 && strcmp(copy.name, "x") == 0);

    POINT(MISALIGNED_STORE, s->crooked.second);
    s->crooked.second = 9;
    POINT(MISALIGNED_LOAD, s->crooked.second);
    CHECK(s->crooked.second == 9);
}

/* A misaligned pointer is taken at its word. */
static void misaligned(struct shared *s)
{
    int *crooked = (int *)((char *)&s->eight + 1);
    POINT("store", *crooked);
    *crooked = 3;
    POINT("load", *crooked);
    CHECK(*crooked == 3);
}

static void increment(struct shared *s)
{
    POINT("load", s->counter);
    POINT("store", s->counter);
    s->counter++;
}

static int global;

static void private_memory(void)
{
    int local = 0, *pointer = &local, *heap = malloc(sizeof *heap);
    *pointer = 1;
    *heap = 2;
    global = *heap + *pointer;
    free(heap);
    int *mapping = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mapping[0] = global;
    CHECK(mapping[0] == 3);
    munmap(mapping, 4096);
}

int main(void)
{
    struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(s != MAP_FAILED);
    each_size(s);
    special(s);
    misaligned(s);
    private_memory();
    pid_t child = fork();
    if (child == 0) {
        increment(s);
        private_memory();
        _exit(0);
    }
    reap(child);
    increment(s);
    POINT("load", s->counter);
    CHECK(s->counter == 2);
    munmap(s, sizeof *s);
    private_memory();
    return 0;
}
