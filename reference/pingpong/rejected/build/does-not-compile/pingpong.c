/* Wrong: there is no type pid_type. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
    fprintf(stderr, "pingpong: ");
    perror(what);
    exit(1);
}

/* A count of rounds: decimal, and so small that the last number still fits in 4 bytes. */
static bool parse_rounds(const char *text, int32_t *rounds)
{
    char *end;
    errno = 0;
    long count = strtol(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 || count > INT32_MAX / 2)
        return false; /* strtol takes " 7" and "-7", too */
    *rounds = count;
    return true;
}

/* Waits for a number. False at end of file. */
static bool receive(int fd, int32_t *number)
{
    ssize_t length = read(fd, number, sizeof *number);
    if (length == 0)
        return false;
    /* A pipe keeps no borders between what is written. But a write of up to PIPE_BUF bytes goes in as a whole,
     * and nobody writes before this number is answered: 4 bytes are all that can be in the pipe. */
    if (length != sizeof *number)
        die("read");
    return true;
}

/* Prints a number, and only then passes it on: who has it may print. */
static void strike(const char *name, int32_t number, int fd)
{
    if (printf("%s %d\n", name, (int)number) < 0 || fflush(stdout) == EOF)
        die("stdout");
    if (write(fd, &number, sizeof number) != sizeof number)
        die("write");
}

static void child(int from_parent, int to_parent)
{
    int32_t number;
    while (receive(from_parent, &number))
        strike("child", number + 1, to_parent);
}

static void parent(int32_t rounds, int from_child, int to_child)
{
    int32_t number = 0;
    for (int32_t round = 0; round < rounds; round++) {
        strike("parent", number + 1, to_child);
        if (!receive(from_child, &number)) {
            fprintf(stderr, "pingpong: the child has gone\n");
            exit(1);
        }
    }
}

int main(int argc, char **argv)
{
    int32_t rounds;
    if (argc != 2 || !parse_rounds(argv[1], &rounds)) {
        fprintf(stderr, "usage: pingpong ROUNDS\n");
        return 2;
    }

    int to_child[2], to_parent[2];
    if (pipe(to_child) == -1 || pipe(to_parent) == -1)
        die("pipe");
    pid_type pid = fork();
    if (pid == -1)
        die("fork");
    if (pid == 0) {
        close(to_child[1]);
        close(to_parent[0]);
        child(to_child[0], to_parent[1]);
        return 0;
    }
    close(to_child[0]);
    close(to_parent[1]);
    parent(rounds, to_parent[0], to_child[1]);

    /* The child does not count rounds: it ends when there can be no more. So first close, then wait. */
    close(to_child[1]);
    int status;
    if (waitpid(pid, &status, 0) == -1)
        die("waitpid");
    return status == 0 ? 0 : 1;
}
