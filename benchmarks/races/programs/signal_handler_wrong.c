/* wrong: the handler reads what the sender still changes after the signal.
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
static volatile sig_atomic_t seen;

static void handler(int number)
{
    (void)number;
    seen = shared->number; /* race */
}

static void child(void)
{
    shared->number = 41;
    kill(getppid(), SIGUSR1);
    shared->number = 42; /* race */
}

int main(void)
{
    sigset_t told, before;
    struct sigaction action = {.sa_handler = handler};
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    sigemptyset(&told);
    sigaddset(&told, SIGUSR1);
    sigprocmask(SIG_BLOCK, &told, &before);
    sigaction(SIGUSR1, &action, NULL);
    if (fork() == 0) {
        child();
        _exit(0);
    }
    while (!seen)
        sigsuspend(&before);
    wait(NULL);
    printf("%d\n", (int)seen);
    return 0;
}
