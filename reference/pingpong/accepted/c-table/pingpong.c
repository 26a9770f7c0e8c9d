#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "player.h"

int main(int argc, char *argv[])
{
    char *end = NULL;
    errno = 0;
    long rounds = argc == 2 ? strtol(argv[1], &end, 10) : -1;
    if (argc != 2 || *argv[1] < '0' || *argv[1] > '9' || *end != '\0' || rounds > INT_MAX / 2 || errno != 0) {
        fputs("usage: pingpong ROUNDS\n", stderr);
        return 2;
    }

    /* ends[0..1]: to the child; ends[2..3]: to the parent */
    int ends[4];
    if (pipe(&ends[0]) == -1 || pipe(&ends[2]) == -1) {
        perror("pipe");
        return 1;
    }
    const struct player players[2] = {
        {.name = "parent", .in = ends[2], .out = ends[1], .serves = 1},
        {.name = "child", .in = ends[0], .out = ends[3], .serves = 0},
    };

    pid_t pid = fork();
    if (pid == -1) {
        perror("fork");
        return 1;
    }
    const struct player *me = &players[pid == 0], *other = &players[pid != 0];
    close(other->in);
    close(other->out);
    int result = play(me, 2 * rounds);
    close(me->out);
    if (pid != 0) {
        siginfo_t info = {0};
        if (waitid(P_ALL, 0, &info, WEXITED) == -1 || info.si_status != 0)
            result = 1;
    }
    return result;
}
