/* Each announcement carries the address it comes from: of the lines marked here, in their order. */
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

struct shared {
    int value;
    atomic_int counter;
    sem_t sem;
    char text[16], copy[16];
};

int main(void)
{
    struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    s->value = 1;              // store
    s->counter += 1;           // atomic_fetch_add
    sem_init(&s->sem, 1, 1);   // sem_init sem_init
    sem_wait(&s->sem);         // sem_wait sem_wait
    strcpy(s->text, "text");   // write_range
    sprintf(s->copy, "%d", 3); // write_range
    puts(s->text);             // read_range
    return s->value;           // load
}
