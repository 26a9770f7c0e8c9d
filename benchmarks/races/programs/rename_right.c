/* right: the file gets the name that the parent looks for when the number is there.
   prints: 42 */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int number;
} *shared;

static void child(void)
{
    close(open("new", O_CREAT | O_WRONLY, 0600));
    shared->number = 42;
    if (rename("new", "ready") == -1)
        err(1, "rename");
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    if (fork() == 0) {
        child();
        _exit(0);
    }
    while (access("ready", F_OK) == -1)
        sched_yield();
    int seen = shared->number;
    wait(NULL);
    printf("%d\n", seen);
    return 0;
}
