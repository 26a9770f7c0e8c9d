/* wrong: the parent makes the child first.
   prints: 42 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int number;
} *shared;

static int child(void)
{
    return shared->number; /* race */
}

int main(void)
{
    int status;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    pid_t pid = fork();
    if (pid == 0)
        _exit(child());
    shared->number = 42; /* race */
    if (waitpid(pid, &status, 0) == -1 || !WIFEXITED(status))
        err(1, "waitpid");
    printf("%d\n", WEXITSTATUS(status));
    return 0;
}
