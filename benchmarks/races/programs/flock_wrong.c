/* wrong: the file is opened before the fork: it is one open file, and its lock excludes none of those who
   share it.
   prints: 40 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int number;
} *shared;
static int file = -1;

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

static void open_file(void)
{
    file = open("lock", O_RDWR | O_CREAT, 0600);
    if (file == -1)
        err(1, "lock");
}

static void add(void)
{
    for (int round = 0; round < 20; round++) {
        flock(file, LOCK_EX);
        int seen = shared->number; /* race */
        spend_time();
        shared->number = seen + 1; /* race */
        flock(file, LOCK_UN);
    }
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    open_file();
    for (int child = 0; child < 2; child++)
        if (fork() == 0) {
            add();
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    printf("%d\n", shared->number);
    return 0;
}
