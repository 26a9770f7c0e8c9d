/* Wrong: a pair of sockets that carries both ways, not two pipes. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
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
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1) {
        perror("socketpair");
        return 1;
    }
    pid_t child = fork();
    if (child == -1) {
        perror("fork");
        return 1;
    }
    int number = 0;
    if (child == 0) {
        close(pair[0]);
        while (read(pair[1], &number, sizeof number) > 0)
            strike("child", number + 1, pair[1]);
        _exit(0);
    }
    close(pair[1]);
    for (long round = 0; round < rounds; round++) {
        strike("parent", number + 1, pair[0]);
        if (read(pair[0], &number, sizeof number) != sizeof number)
            return 1;
    }
    close(pair[0]);
    int status;
    waitpid(child, &status, 0);
    return status == 0 ? 0 : 1;
}
