/* Wrong: the child takes the end of file for a failure. */
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

static void strike(const char *name, int number, int fd)
{
    printf("%s %d\n", name, number);
    fflush(stdout);
    if (write(fd, &number, sizeof number) == -1)
        perror("write");
}

int main(int argc, char **argv)
{
    long rounds = argc == 2 ? parse_count(argv[1]) : -1;
    if (rounds < 0) {
        fprintf(stderr, "usage: pingpong ROUNDS\n");
        return 2;
    }
    int down[2], up[2];
    if (pipe(down) == -1 || pipe(up) == -1) {
        perror("pipe");
        return 1;
    }
    pid_t child = fork();
    if (child == -1) {
        perror("fork");
        return 1;
    }
    int number = 0;
    if (child == 0) {
        close(down[1]);
        close(up[0]);
        while (read(down[0], &number, sizeof number) > 0)
            strike("child", number + 1, up[1]);
        _exit(1);
    }
    close(down[0]);
    close(up[1]);
    for (long round = 0; round < rounds; round++) {
        strike("parent", number + 1, down[1]);
        if (read(up[0], &number, sizeof number) != sizeof number)
            return 1;
    }
    close(down[1]);
    waitpid(child, NULL, 0);
    return 0;
}
