#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

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

static volatile sig_atomic_t balls;

static void comes(int number)
{
    (void)number;
    balls = 1;
}

static void wait_for_ball(void)
{
    while (!balls)
        pause();
    balls = 0;
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

    signal(SIGHUP, comes);
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
