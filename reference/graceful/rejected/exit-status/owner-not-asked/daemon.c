/* Wrong: whatever the pid file says, it is replaced: two daemons of one name run at once. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static volatile sig_atomic_t hangup, question, resumed, end;

static void handler(int number)
{
    if (number == SIGHUP)
        hangup = 1;
    else if (number == SIGUSR1)
        question = 1;
    else if (number == SIGCONT)
        resumed = 1;
    else
        end = 1;
}

static int claim(const char *path)
{
    int directory = open(".", O_RDONLY);
    flock(directory, LOCK_EX);
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd == -1) {
        perror(path);
        return -1;
    }
    dprintf(fd, "%d\n", (int)getpid());
    close(fd);
    close(directory);
    return 0;
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: daemon NAME\n");
        return 2;
    }
    sigset_t ours, unblocked;
    sigemptyset(&ours);
    sigaddset(&ours, SIGHUP);
    sigaddset(&ours, SIGUSR1);
    sigaddset(&ours, SIGCONT);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigprocmask(SIG_BLOCK, &ours, &unblocked);
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGHUP, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGCONT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);

    char path[4096];
    snprintf(path, sizeof path, "%s.pid", argv[1]);
    if (claim(path) == -1)
        return 1;
    printf("ready\n");
    fflush(stdout);

    int reloads = 0;
    for (;;) {
        while (!hangup && !question && !resumed && !end)
            sigsuspend(&unblocked);
        int last = end;
        if (last) {
            /* What is still pending comes in here. */
            sigprocmask(SIG_SETMASK, &unblocked, NULL);
            sigprocmask(SIG_BLOCK, &ours, NULL);
        }
        if (hangup) {
            hangup = 0;
            reloads++;
            printf("reload\n");
            fflush(stdout);
        }
        if (question) {
            question = 0;
            printf("status %d\n", reloads);
            fflush(stdout);
        }
        if (resumed) {
            resumed = 0;
            printf("resumed\n");
            fflush(stdout);
        }
        if (last)
            break;
    }
    printf("bye\n");
    fflush(stdout);
    unlink(path);
    return 0;
}
