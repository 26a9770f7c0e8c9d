/* Wrong: prints what wait gives as it is; the exit status is in some of its bits only. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char **command;
static pid_t *workers;
static long size, limit;
static sigset_t awaited, inherited;

static long number(const char *text)
{
    return *text != '\0' && strspn(text, "0123456789") == strlen(text) ? atol(text) : -1;
}

static pid_t start(void)
{
    pid_t pid = fork();
    if (pid == -1) {
        perror("fork");
        exit(1);
    }
    if (pid == 0) {
        sigprocmask(SIG_SETMASK, &inherited, NULL);
        execvp(command[0], command);
        perror(command[0]);
        _exit(errno == ENOENT ? 127 : 126);
    }
    return pid;
}

static void stop(void)
{
    for (long i = 0; i < size; i++)
        if (workers[i] > 0)
            kill(workers[i], SIGTERM);
    for (long i = 0; i < size; i++)
        if (workers[i] > 0)
            waitpid(workers[i], NULL, 0);
}

static long find(pid_t pid)
{
    long i = 0;
    while (workers[i] != pid)
        i++;
    return i;
}

static long running(void)
{
    long count = 0;
    for (long i = 0; i < size; i++)
        count += workers[i] > 0;
    return count;
}

static void ended(pid_t pid, int status)
{
    long i = find(pid);
    workers[i] = 0;
    if (status == 0)
        return;
    if (limit-- == 0) {
        stop();
        exit(1);
    }
    workers[i] = start();
    printf("restart %d after %d\n", (int)workers[i], status);
    fflush(stdout);
}

static void supervise(void)
{
    while (running() > 0) {
        int signal_number, status;
        pid_t pid;
        sigwait(&awaited, &signal_number);
        if (signal_number == SIGTERM) {
            stop();
            return;
        }
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
            ended(pid, status);
    }
}

int main(int argc, char **argv)
{
    if (argc < 4 || (size = number(argv[1])) < 0 || (limit = number(argv[2])) < 0) {
        fprintf(stderr, "usage: supervisor WORKERS LIMIT CMD [ARG...]\n");
        return 2;
    }
    command = argv + 3;
    workers = calloc(size + 1, sizeof *workers);
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGTERM);
    sigprocmask(SIG_BLOCK, &awaited, &inherited);

    for (long i = 0; i < size; i++) {
        workers[i] = start();
        printf("start %d\n", (int)workers[i]);
        fflush(stdout);
    }
    supervise();
    return 0;
}
