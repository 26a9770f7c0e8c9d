/* New processes in every way: fork, vfork, posix_spawn, system, popen, and a child's child. */
#include "expect.h"
#include <spawn.h>

int main(int argc, char **argv)
{
    int status, at;
    pid_t child;
    char *const words[] = {argv[0], "again", NULL};

    if (argc > 1)
        leave(5);
    at = __LINE__; child = fork();
    if (child == 0) {
        at = __LINE__; child = fork();
        if (child == 0)
            leave(1);
        LINE(at, "fork - = %d {'child': %d}", child, child);
        rest();
        wait(&status);
        ABOVE("wait - = %d {'child': %d, 'status': 1}", child, child);
        LINE(0, "exit - = - {'status': 2, 'zombies': [], 'orphans': []}");
        leave(2);
    }
    LINE(at, "fork - = %d {'child': %d}", child, child);
    rest();
    rest();
    wait(&status);
    ABOVE("wait - = %d {'child': %d, 'status': 2}", child, child);

    at = __LINE__; child = vfork();
    if (child == 0)
        _exit(3);
    LINE(at, "fork - = %d {'child': %d}", child, child);
    CHECK(waitpid(child, &status, 0) == child);
    ABOVE("wait - = %d {'child': %d, 'status': 3}", child, child);

    at = __LINE__; child = vfork();
    if (child == 0)
        execv("/proc/self/exe", words);
    LINE(at, "fork - = %d {'child': %d}", child, child);
    rest();
    CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 5);
    LINE(__LINE__ - 1, "wait - = %d {'child': %d, 'status': 5}", child, child);

    CHECK(posix_spawn(&child, "/bin/true", NULL, NULL, words, environ) == 0);
    ABOVE("fork - = %d {'child': %d}", child, child);
    rest();
    wait(&status);
    ABOVE("wait - = %d {'child': %d, 'status': 0}", child, child);

    CHECK(posix_spawn(&child, "/missing", NULL, NULL, words, environ) == ENOENT);
    LINE(__LINE__ - 1, "fork - = %d {}", child + 1);
    LINE(__LINE__ - 2, "wait - = %d {'child': %d}", child + 1, child + 1);
    leave(0);
}
