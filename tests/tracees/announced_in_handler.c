/* A handler that posts what the program waits for: the announced calls are inside one another. */
#include "expect.h"
#include <semaphore.h>

static sem_t wanted, other;

static void handler(int number)
{
    (void)number;
    sem_post(&other);
    ABOVE("sem_post futex:2 = 0 {}");
    sem_post(&wanted);
    ABOVE("sem_post futex:1 = 0 {}");
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    pid_t self = getpid();
    sem_init(&wanted, 0, 0);
    ABOVE("sem_init futex:1 = 0 {}");
    sem_init(&other, 0, 0);
    ABOVE("sem_init futex:2 = 0 {}");
    for (int turn = 0; turn < 2; turn++) {
        action.sa_flags = turn ? 0 : SA_RESTART;
        int at = __LINE__; sigaction(SIGUSR1, &action, NULL);
        LINE(at, "sigaction - = 0 {}");
        at = __LINE__; pid_t child = fork();
        if (child == 0) {
            rest();
            kill(self, SIGUSR1);
            _exit(0);
        }
        LINE(at, "fork - = %d {}", child);
        LINE(0, "deliver - = - {}");
        int result = sem_wait(&wanted);
        CHECK(result == -turn);
        if (turn == 0)
            LINE(__LINE__ - 3, "sem_wait futex:1 = 0 blocked {}");
        else
            LINE(__LINE__ - 5, "sem_wait futex:1 = EINTR blocked {}");
        at = __LINE__; wait(NULL);
        LINE(at, "wait - = %d {}", child);
    }
    leave(0);
}
