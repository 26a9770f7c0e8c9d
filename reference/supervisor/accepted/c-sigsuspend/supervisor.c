/* Accepted: handlers that only set flags, and sigsuspend, in which alone they can run. Each worker is waited for by
 * its own process id. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t child_ended, told_to_stop;

static void on_child(int number)
{
    (void)number;
    child_ended = 1;
}

static void on_term(int number)
{
    (void)number;
    told_to_stop = 1;
}

static bool number(const char *text, long *value)
{
    char *rest;
    *value = strtol(text, &rest, 10);
    return rest != text && *rest == '\0' && text[0] >= '0' && text[0] <= '9';
}

static pid_t run(char **command, const sigset_t *mask)
{
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGTERM, SIG_DFL); /* before it can come: a handler of ours would swallow it until exec */
        sigprocmask(SIG_SETMASK, mask, NULL);
        execvp(*command, command);
        perror(*command);
        _exit(errno == ENOENT ? 127 : 126);
    }
    if (pid < 0) {
        perror("fork");
        return 0;
    }
    return pid;
}

static void say(const char *format, int pid, int status)
{
    char line[64];
    int length = snprintf(line, sizeof line, format, pid, status);
    if (write(STDOUT_FILENO, line, length) != length)
        perror("write");
}

static int finish(pid_t *pids, long count, int status)
{
    for (long i = 0; i < count; i++)
        if (pids[i])
            kill(pids[i], SIGTERM);
    for (long i = 0; i < count; i++)
        while (pids[i] && waitpid(pids[i], NULL, 0) == -1 && errno == EINTR)
            continue;
    free(pids);
    return status;
}

int main(int argc, char **argv)
{
    long count, limit;
    if (argc < 4 || !number(argv[1], &count) || !number(argv[2], &limit)) {
        fprintf(stderr, "usage: %s WORKERS LIMIT CMD [ARG...]\n", argv[0]);
        return 2;
    }
    pid_t *pids = calloc(count + 1, sizeof *pids);
    if (!pids)
        return 1;
    sigset_t block, open;
    sigemptyset(&block);
    sigaddset(&block, SIGCHLD);
    sigaddset(&block, SIGTERM);
    sigprocmask(SIG_BLOCK, &block, &open);
    sigaction(SIGCHLD, &(struct sigaction){.sa_handler = on_child, .sa_flags = SA_NOCLDSTOP}, NULL);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_term}, NULL);

    long alive = 0;
    for (; alive < count; alive++) {
        if (!(pids[alive] = run(argv + 3, &open)))
            return finish(pids, count, 1);
        say("start %d\n", pids[alive], 0);
    }
    while (alive) {
        while (!child_ended && !told_to_stop)
            sigsuspend(&open);
        if (told_to_stop)
            return finish(pids, count, 0);
        child_ended = 0; /* before looking: who ends from now on sets it again */
        for (long i = 0; i < count; i++) {
            int how;
            if (!pids[i] || waitpid(pids[i], &how, WNOHANG) <= 0)
                continue;
            pids[i] = 0;
            int status = WIFSIGNALED(how) ? WTERMSIG(how) + 128 : WEXITSTATUS(how);
            if (status == 0) {
                alive--;
                continue;
            }
            if (!limit-- || !(pids[i] = run(argv + 3, &open)))
                return finish(pids, count, 1);
            say("restart %d after %d\n", pids[i], status);
        }
    }
    return finish(pids, count, 0);
}
