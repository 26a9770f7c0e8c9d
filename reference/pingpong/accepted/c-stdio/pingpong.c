/* Accepted: the ends are stdio streams, flushed after each number; the program is the child's if fork gives 0. */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int turn(FILE *in, int *number)
{
    return fread(number, sizeof *number, 1, in) == 1;
}

static void strike(FILE *out, const char *who, int number)
{
    printf("%s %d\n", who, number);
    fflush(stdout);
    fwrite(&number, sizeof number, 1, out);
    if (fflush(out) == EOF)
        err(1, "pipe");
}

int main(int argc, char *argv[])
{
    char *end = "?";
    long rounds = 0;
    if (argc == 2 && isdigit((unsigned char)*argv[1]))
        rounds = strtol(argv[1], &end, 10);
    if (*end != '\0') {
        fprintf(stderr, "usage: pingpong ROUNDS\n");
        exit(2);
    }

    int there[2], back[2];
    if (pipe(there) == -1 || pipe(back) == -1)
        err(1, "pipe");
    pid_t pid = fork();
    if (pid == -1)
        err(1, "fork");
    FILE *in = fdopen(pid == 0 ? there[0] : back[0], "r");
    FILE *out = fdopen(pid == 0 ? back[1] : there[1], "w");
    close(pid == 0 ? there[1] : there[0]);
    close(pid == 0 ? back[0] : back[1]);
    if (in == NULL || out == NULL)
        err(1, "fdopen");

    int number = 0;
    if (pid == 0) {
        while (turn(in, &number))
            strike(out, "child", number + 1);
        exit(0);
    }
    while (rounds-- > 0) {
        strike(out, "parent", number + 1);
        if (!turn(in, &number))
            errx(1, "no answer");
    }
    fclose(out);
    int status;
    return wait(&status) == -1 || status != 0;
}
