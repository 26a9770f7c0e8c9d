/* Accepted: a handler that sets a flag, and sigsuspend, which opens the mask and sleeps in one act; both sides are
 * the same function. */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t my_turn;

static void on_usr1(int number)
{
    (void)number;
    my_turn = 1;
}

static void play(const char *word, uintmax_t rounds, int begins, pid_t other, const sigset_t *open_mask)
{
    my_turn = begins;
    for (uintmax_t i = 1; i <= rounds; i++) {
        while (!my_turn)
            sigsuspend(open_mask);
        my_turn = 0;
        dprintf(STDOUT_FILENO, "%s %ju\n", word, i);
        if (kill(other, SIGUSR1) == -1)
            err(1, "kill");
    }
}

int main(int argc, char **argv)
{
    if (argc != 2 || *argv[1] == '\0' || strspn(argv[1], "0123456789") != strlen(argv[1])) {
        fprintf(stderr, "usage: %s ROUNDS\n", argv[0]);
        exit(2);
    }
    errno = 0;
    uintmax_t rounds = strtoumax(argv[1], NULL, 10);
    if (errno == ERANGE)
        errx(2, "too many rounds");

    sigset_t usr1, before;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, &before);
    sigdelset(&before, SIGUSR1);
    struct sigaction action = {.sa_handler = on_usr1};
    sigemptyset(&action.sa_mask);
    sigaction(SIGUSR1, &action, NULL);

    pid_t self = getpid(), child = fork();
    switch (child) {
    case -1:
        err(1, "fork");
    case 0:
        play("pong", rounds, 0, self, &before);
        _exit(0);
    }
    play("ping", rounds, 1, child, &before);
    int status;
    while (waitpid(child, &status, 0) == -1) /* the handler for the last pong may interrupt it */
        if (errno != EINTR)
            err(1, "waitpid");
    return status != 0;
}
