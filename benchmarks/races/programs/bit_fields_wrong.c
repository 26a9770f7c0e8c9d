/* wrong: two children set two bit-fields of one word: to set one is to write the other.
   prints: 1 1 */
#include <err.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    unsigned int left : 4, right : 4;
} *shared;

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

static void set_left(void)
{
    for (int round = 1; round < 20; round++) {
        shared->left = round & 1; /* race */
        spend_time();
    }
}

static void set_right(void)
{
    for (int round = 1; round < 20; round++) {
        shared->right = round & 1; /* race */
        spend_time();
    }
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    if (fork() == 0) {
        set_left();
        _exit(0);
    }
    set_right();
    wait(NULL);
    printf("%d %d\n", shared->left, shared->right);
    return 0;
}
