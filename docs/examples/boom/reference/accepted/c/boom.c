#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static sigset_t ball;

static void say(const char *who, int counter)
{
    printf("%s %d\n", who, counter);
    fflush(stdout);
}

static void hit(pid_t other)
{
    if (kill(other, SIGHUP) == -1) {
        perror("kill");
        exit(1);
    }
}

static void wait_for_ball(void)
{
    int number;

    while (sigwait(&ball, &number) != 0)
        ;
}

static void child(pid_t parent)
{
    for (int counter = 5; counter >= 1; counter -= 2) {
        wait_for_ball();
        say("child", counter);
        if (counter > 1)
            hit(parent);
    }
    exit(0);
}

int main(void)
{
    pid_t parent = getpid();

    sigemptyset(&ball);
    sigaddset(&ball, SIGHUP);
    sigprocmask(SIG_BLOCK, &ball, NULL);
    pid_t other = fork();
    if (other == -1) {
        perror("fork");
        return 1;
    }
    if (other == 0)
        child(parent);
    for (int counter = 6; counter >= 2; counter -= 2) {
        say("parent", counter);
        hit(other);
        if (counter > 2)
            wait_for_ball();
    }
    if (waitpid(other, NULL, 0) == -1)
        return 1;
    puts("BOOM!");
    return 0;
}
