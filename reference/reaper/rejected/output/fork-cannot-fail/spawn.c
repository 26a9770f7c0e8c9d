/* Wrong: does not look whether fork has failed, and says `reaped 3` of two. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t *children;

static long parse_count(const char *text)
{
    char *end;
    errno = 0;
    long count = strtol(text, &end, 10);
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0 ? count : -1;
}

static long number_of(pid_t pid, long count)
{
    for (long i = 0; i < count; i++)
        if (children[i] == pid)
            return i + 1;
    return 0;
}

static void start(long count)
{
    for (long i = 1; i <= count; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(i % 7);
        children[i - 1] = pid;
    }
}

static void report(long number, int status)
{
    printf("child %ld status %d\n", number, WEXITSTATUS(status));
    fflush(stdout);
}

static void reap(long count)
{
    for (long reaped = 0; reaped < count; reaped++) {
        int status;
        pid_t pid = wait(&status);
        if (pid == -1)
            break;
        report(number_of(pid, count), status);
    }
}

int main(int argc, char **argv)
{
    long count = argc == 2 ? parse_count(argv[1]) : -1;
    if (count < 0) {
        fprintf(stderr, "usage: spawn COUNT\n");
        return 2;
    }
    children = calloc(count + 1, sizeof *children);
    if (children == NULL)
        return 1;

    start(count);
    reap(count);
    printf("reaped %ld\n", count);
    return 0;
}
