/* right: the parent waits for both children before it reads what they wrote.
   prints: 42 */
#include <err.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int quick, slow;
} *shared;

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    pid_t quick = fork();
    if (quick == 0) {
        shared->quick = 40;
        _exit(0);
    }
    pid_t slow = fork();
    if (slow == 0) {
        spend_time();
        shared->slow = 2;
        _exit(0);
    }
    waitpid(quick, NULL, 0);
    waitpid(slow, NULL, 0);
    int sum = shared->quick;
    sum += shared->slow;
    printf("%d\n", sum);
    return 0;
}
