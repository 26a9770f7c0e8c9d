/* right: the parent writes the number before it makes the child that reads it.
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
    return shared->number;
}

int main(void)
{
    int status;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    shared->number = 42;
    pid_t pid = fork();
    if (pid == 0)
        _exit(child());
    if (waitpid(pid, &status, 0) == -1 || !WIFEXITED(status))
        err(1, "waitpid");
    printf("%d\n", WEXITSTATUS(status));
    return 0;
}
