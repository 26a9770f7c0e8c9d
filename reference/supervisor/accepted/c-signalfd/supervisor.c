/* Accepted: signals come through a signalfd, poll waits; the workers are started by posix_spawn. */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct worker {
    pid_t pid;
    struct worker *next;
};

static struct worker *running;
static posix_spawnattr_t attributes;
static char **command;

static int is_number(const char *text)
{
    return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static pid_t launch(void)
{
    struct worker *worker = malloc(sizeof *worker);
    if (worker == NULL)
        return -1;
    int error = posix_spawnp(&worker->pid, command[0], NULL, &attributes, command, environ);
    if (error != 0) {
        fprintf(stderr, "%s: %s\n", command[0], strerror(error));
        free(worker);
        return -1;
    }
    worker->next = running;
    running = worker;
    return worker->pid;
}

static void forget(pid_t pid)
{
    for (struct worker **link = &running; *link != NULL; link = &(*link)->next) {
        if ((*link)->pid == pid) {
            struct worker *gone = *link;
            *link = gone->next;
            free(gone);
            return;
        }
    }
}

static int leave(int status)
{
    for (struct worker *worker = running; worker != NULL; worker = worker->next)
        kill(worker->pid, SIGKILL);
    while (running != NULL) {
        waitpid(running->pid, NULL, 0);
        forget(running->pid);
    }
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 4 || !is_number(argv[1]) || !is_number(argv[2])) {
        fputs("usage: supervisor WORKERS LIMIT CMD [ARG...]\n", stderr);
        return 2;
    }
    long workers = atol(argv[1]), budget = atol(argv[2]);
    command = &argv[3];

    sigset_t mine, before;
    sigemptyset(&mine);
    sigaddset(&mine, SIGCHLD);
    sigaddset(&mine, SIGTERM);
    sigprocmask(SIG_BLOCK, &mine, &before);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &before);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int signals = signalfd(-1, &mine, SFD_CLOEXEC);
    if (signals == -1) {
        perror("signalfd");
        return 1;
    }

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (long i = 0; i < workers; i++) {
        pid_t pid = launch();
        if (pid == -1)
            return leave(1);
        printf("start %d\n", pid);
    }
    struct pollfd ready = {.fd = signals, .events = POLLIN};
    while (running != NULL && poll(&ready, 1, -1) == 1) {
        struct signalfd_siginfo info;
        if (read(signals, &info, sizeof info) != sizeof info)
            return leave(1);
        if (info.ssi_signo == SIGTERM)
            return leave(0);
        int how;
        for (pid_t pid; running != NULL && (pid = waitpid(-1, &how, WNOHANG)) > 0;) {
            int status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
            forget(pid);
            if (status == 0)
                continue;
            if (budget-- == 0 || (pid = launch()) == -1)
                return leave(1);
            printf("restart %d after %d\n", pid, status);
        }
    }
    return 0;
}
