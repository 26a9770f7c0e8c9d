#include "turns.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

static sigset_t signals;

int turns_begin(void)
{
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    int error = pthread_sigmask(SIG_BLOCK, &signals, NULL);
    errno = error;
    return error == 0 ? 0 : -1;
}

void turns_take(void)
{
    int taken = 0;
    while (taken != SIGUSR1)
        if (sigwait(&signals, &taken) != 0)
            abort();
}

void turns_give(pid_t other)
{
    union sigval nothing = {.sival_int = 0};
    while (sigqueue(other, SIGUSR1, nothing) == -1)
        if (errno != EAGAIN)
            abort();
}
