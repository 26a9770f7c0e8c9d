/* A program with functions of its own that are called like some the run-time interposes: it keeps them. */
#include <stdio.h>
#include <sys/mman.h>

static int calls;

void *memcpy(void *target, const void *source, unsigned long size)
{
    calls++;
    for (unsigned long i = 0; i < size; i++)
        ((char *)target)[i] = ((const char *)source)[i];
    return target;
}

int sem_wait(int *mine)
{
    return ++*mine;
}

int main(void)
{
    char *s = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memcpy(s, "ab", 2);
    int mine = 4;
    return calls == 1 && sem_wait(&mine) == 5 ? 0 : 1;
}
