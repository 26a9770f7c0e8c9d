/* right: the parent reads to the end of file, which comes when both children have written their number and
   closed.
   prints: 42 */
#include <err.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int numbers[2];
} *shared;

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

static void child(int me, int out)
{
    if (me == 1)
        spend_time();
    shared->numbers[me] = me == 0 ? 40 : 2;
    if (write(out, "x", 1) != 1)
        err(1, "write");
}

int main(void)
{
    char byte;
    int ends[2];
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || pipe(ends) == -1)
        err(1, "setting up");
    for (int me = 0; me < 2; me++)
        if (fork() == 0) {
            child(me, ends[1]);
            _exit(0);
        }
    close(ends[1]);
    while (read(ends[0], &byte, 1) == 1)
        ;
    int sum = shared->numbers[0] + shared->numbers[1];
    while (wait(NULL) > 0)
        ;
    printf("%d\n", sum);
    return 0;
}
