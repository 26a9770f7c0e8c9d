/* Accepted: two source files; SIGCHLD is blocked before the first fork and taken with sigwaitinfo, and each
 * signal reaps as many children as have ended (several ends may be one signal). */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "segment.h"

static int to_count(const char *text, long long *value)
{
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return 0;
    errno = 0;
    *value = strtoll(text, &end, 10);
    return *end == '\0' && errno == 0;
}

int main(int argc, char *argv[])
{
    long long workers, iterations;
    if (argc != 4 || !to_count(argv[2], &workers) || !to_count(argv[3], &iterations))
        errx(2, "usage: counter NAME WORKERS ITERATIONS");

    struct shared_count count;
    int error = shared_count_make(&count, argv[1]);
    if (error != 0)
        errx(1, "%s: %s", argv[1], strerror(error));

    sigset_t child_ended;
    sigemptyset(&child_ended);
    sigaddset(&child_ended, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_ended, NULL);

    int failures = 0;
    long long alive = 0;
    for (long long i = 0; i < workers; i++) {
        switch (fork()) {
        case -1:
            warn("fork");
            failures++;
            i = workers - 1; /* enough */
            break;
        case 0:
            for (long long k = 0; k < iterations; k++)
                if (shared_count_increment(&count) == -1)
                    _exit(1);
            _exit(0);
        default:
            alive++;
        }
    }
    while (alive > 0) {
        int status;
        if (sigwaitinfo(&child_ended, NULL) == -1)
            continue; /* EINTR */
        while (waitpid(-1, &status, WNOHANG) > 0) {
            alive--;
            failures += status != 0;
        }
    }
    if (failures == 0) {
        printf("%ld\n", *count.cell);
        fflush(stdout);
    }
    shared_count_remove(argv[1]);
    return failures == 0 ? 0 : 1;
}
