/*
 * parking SPACES CARS: the first car to come is the first to get a space.
 *
 * Cars draw tickets, and a car parks when a space is free and nobody with a lower ticket waits.
 */
#include "gate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int usage(void)
{
    fprintf(stderr, "usage: parking SPACES CARS\n");
    return 2;
}

static int count_from(const char *text, int *count)
{
    char rest;
    if (text[0] < '0' || text[0] > '9')
        return -1;
    return sscanf(text, "%d%c", count, &rest) == 1 && *count >= 0 ? 0 : -1;
}

static int drive(struct gate *gate, int me)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    gate_enter(gate, me);
    printf("enter %d\n", me + 1);
    printf("leave %d\n", me + 1);
    gate_leave(gate, me);
    return 0;
}

int main(int argc, char **argv)
{
    int spaces, cars;
    if (argc != 3 || count_from(argv[1], &spaces) == -1 || count_from(argv[2], &cars) == -1)
        return usage();

    struct gate *gate = gate_open(spaces, cars);
    if (gate == NULL) {
        perror("parking: no car park");
        return 1;
    }
    pid_t *pids = calloc((size_t)cars + 1, sizeof *pids);
    int running = 0, result = 0;
    for (int car = 0; spaces > 0 && car < cars && result == 0; car++) {
        pids[car] = fork();
        if (pids[car] == 0)
            exit(drive(gate, car));
        if (pids[car] == -1)
            result = 1;
        else
            running++;
    }
    while (running > 0) {
        siginfo_t info;
        if (waitid(P_ALL, 0, &info, WEXITED) == -1) {
            if (errno == EINTR)
                continue;
            return 1;
        }
        running--;
        if (info.si_code == CLD_EXITED && info.si_status == 0)
            continue;
        for (int car = 0; car < cars; car++)
            if (pids[car] == info.si_pid)
                gate_leave(gate, car);
        result = 1;
    }
    free(pids);
    return result;
}
