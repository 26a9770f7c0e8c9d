/* wrong: the child is told before `read` has filled the shared buffer.
   prints: hello */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    char text[8];
} *shared;

static void child(int in)
{
    char byte, seen[8];
    if (read(in, &byte, 1) != 1)
        err(1, "read");
    memcpy(seen, shared->text, sizeof seen); /* race */
    printf("%s\n", seen);
    fflush(stdout);
}

int main(void)
{
    int ends[2], file = open("text", O_RDWR | O_CREAT | O_TRUNC, 0600);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || pipe(ends) == -1 || pwrite(file, "hello", 5, 0) != 5)
        err(1, "setting up");
    if (fork() == 0) {
        child(ends[0]);
        _exit(0);
    }
    if (write(ends[1], "x", 1) != 1)
        err(1, "write");
    if (read(file, shared->text, 5) != 5) /* race */
        err(1, "read");
    wait(NULL);
    return 0;
}
