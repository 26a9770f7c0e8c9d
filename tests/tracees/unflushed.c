/* Text that is in the buffer of stdout when memory is copied, forgotten, or shared. */
#include "expect.h"

static void took(pid_t child)
{
    rest();
    int at = __LINE__; waitpid(child, NULL, 0);
    LINE(at, "wait - = %d {}", child);
}

int main(int argc, char *argv[], char *environment[])
{
    if (argc > 1)
        leave(0);
    char *again[] = {argv[0], "again", NULL};
    pid_t child;

    int at = __LINE__; child = fork();
    if (child == 0)
        _exit(0);
    LINE(at, "fork - = %d {'child': %d}", child, child);
    took(child);

    printf("left");
    at = __LINE__; child = fork();
    if (child == 0) {
        printf(" and lost");
        execve("/nowhere", again, environment);
        ABOVE("exec - = ENOENT {'unflushed': 'left and lost'}");
        leave(1);
    }
    LINE(at, "fork - = %d {'child': %d, 'unflushed': 'left'}", child, child);
    took(child);

    /* The child of vfork has no copy: what it leaves is not lost. */
    at = __LINE__; child = vfork();
    if (child == 0)
        _exit(3);
    LINE(at, "fork - = %d {'child': %d}", child, child);
    took(child);
    leave(0);
}
