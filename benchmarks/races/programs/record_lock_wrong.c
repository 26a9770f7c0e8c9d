/* wrong: each child locks a byte of its own: ranges that do not overlap exclude nobody.
   prints: 40 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int number;
} *shared;

static void lock(int file, int type, int start)
{
    struct flock range = {.l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = 1};
    if (fcntl(file, F_SETLKW, &range) == -1)
        err(1, "fcntl");
}

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

static void add(int file, int byte)
{
    for (int round = 0; round < 20; round++) {
        lock(file, F_WRLCK, byte);
        int seen = shared->number; /* race */
        spend_time();
        shared->number = seen + 1; /* race */
        lock(file, F_UNLCK, byte);
    }
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int file = open("lock", O_RDWR | O_CREAT, 0600);
    if (shared == MAP_FAILED || file == -1)
        err(1, "lock");
    for (int child = 0; child < 2; child++)
        if (fork() == 0) {
            add(file, child);
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    printf("%d\n", shared->number);
    return 0;
}
