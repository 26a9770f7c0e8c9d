/* Wrong: takes the first child that ends for child 1, the second for child 2. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static long parse_count(const char *text)
{
    char *end;
    errno = 0;
    long count = strtol(text, &end, 10);
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0 ? count : -1;
}

static void start(long count)
{
    for (long i = 1; i <= count; i++) {
        pid_t pid = fork();
        if (pid == -1) {
            perror("fork");
            exit(1);
        }
        if (pid == 0)
            _exit(i % 7);
    }
}

static void report(long number, int status)
{
    printf("child %ld status %d\n", number, WEXITSTATUS(status));
    fflush(stdout);
}

static void reap(long count)
{
    int status;
    for (long number = 1; number <= count; number++) {
        wait(&status);
        report(number, status);
    }
}

int main(int argc, char **argv)
{
    long count = argc == 2 ? parse_count(argv[1]) : -1;
    if (count < 0) {
        fprintf(stderr, "usage: spawn COUNT\n");
        return 2;
    }

    start(count);
    reap(count);
    printf("reaped %ld\n", count);
    return 0;
}
