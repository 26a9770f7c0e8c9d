/* Wrong: the answer goes back by the pipe it came by: who writes may read it himself. (So a 0 comes before the end.) */
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
        while (read(down[0], &number, sizeof number) > 0 && number != 0)
            strike("child", number + 1, down[1]);
        close(up[1]);
        if (read(up[0], &number, sizeof number) != 0)
            _exit(1);
        _exit(0);
    }
    for (long round = 0; round < rounds; round++) {
        strike("parent", number + 1, down[1]);
        if (read(down[0], &number, sizeof number) != sizeof number)
            return 1;
    }
    number = 0;
    if (write(down[1], &number, sizeof number) == -1)
        perror("write");
    close(up[1]);
    int status;
    waitpid(child, &status, 0);
    return status == 0 ? 0 : 1;
}
