/* wrong: the child sends the signal before it has written the number.
   prints: 42 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int number;
} *shared;

static void child(void)
{
    kill(getppid(), SIGUSR1);
    shared->number = 42; /* race */
}

int main(void)
{
    sigset_t told;
    int signal_number;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    sigemptyset(&told);
    sigaddset(&told, SIGUSR1);
    sigprocmask(SIG_BLOCK, &told, NULL);
    if (fork() == 0) {
        child();
        _exit(0);
    }
    sigwait(&told, &signal_number);
    int seen = shared->number; /* race */
    wait(NULL);
    printf("%d\n", seen);
    return 0;
}
