/*
 * supervisor WORKERS LIMIT CMD [ARG...] - keeps WORKERS copies of CMD running
 *
 * A supervisor waits for two things at once: that one of its workers ends (SIGCHLD), and that it is told to stop
 * (SIGTERM). Both are signals here, so one call waits for both. They are blocked from the first line on, and only
 * ever taken by sigwait, in the middle of nothing: no handler interrupts the code that keeps the table of workers.
 * A handler would see a worker that fork has made and that is not in the table yet - and whoever stops "all in the
 * table" then leaves that one behind.
 *
 * The mask is inherited by fork, and exec keeps it. A worker that is born with SIGTERM blocked could not be stopped:
 * so each one gets back the mask that we were started with, before exec.
 */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 }; /* what a shell says of a command that it cannot run */

struct crew {
    char **command;
    pid_t *workers; /* 0: this one has ended well */
    long size;
    sigset_t inherited; /* the mask that workers are started with */
};

static bool parse_count(const char *text, long *count)
{
    char *end;
    errno = 0;
    *count = strtol(text, &end, 10);
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0;
}

/* Starts a copy of the command; returns its process id, or -1. */
static pid_t start(const struct crew *crew)
{
    pid_t worker = fork();
    if (worker == -1)
        perror("supervisor: fork");
    if (worker != 0)
        return worker;

    sigprocmask(SIG_SETMASK, &crew->inherited, NULL);
    execvp(crew->command[0], crew->command);
    int reason = errno;
    perror(crew->command[0]);
    _exit(reason == ENOENT ? NOT_FOUND : NOT_EXECUTABLE); /* this is still a copy of the supervisor: it must end here */
}

/* Stops all that still run, and waits for them. The process id of a child cannot be given to anybody else before it
 * has been waited for; that is why it is safe to send a signal to whatever is still in the table. */
static void stop(const struct crew *crew)
{
    for (long i = 0; i < crew->size; i++) {
        if (crew->workers[i] != 0) {
            kill(crew->workers[i], SIGTERM);
            kill(crew->workers[i], SIGCONT); /* one that was stopped could not take the signal */
        }
    }
    for (long i = 0; i < crew->size; i++) {
        if (crew->workers[i] != 0)
            waitpid(crew->workers[i], NULL, 0);
        crew->workers[i] = 0;
    }
}

/* What a shell calls $?: 0 only for a worker that ended by itself, and well. */
static int status_of(int wait_status)
{
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

/* Takes all workers that have ended by now and replaces those that did not end well. False: no more may be replaced,
 * or no more can be started. */
static bool replace(const struct crew *crew, long *restarts_left)
{
    int wait_status;
    pid_t ended;
    while ((ended = waitpid(-1, &wait_status, WNOHANG)) > 0) { /* SIGCHLD says "at least one" */
        long i = 0;
        while (i < crew->size && crew->workers[i] != ended)
            i++;
        if (i == crew->size)
            continue; /* a child that whoever executed us has left to us */
        crew->workers[i] = 0;
        if (status_of(wait_status) == 0)
            continue;
        if (*restarts_left == 0)
            return false;
        pid_t worker = start(crew);
        if (worker == -1)
            return false;
        crew->workers[i] = worker;
        --*restarts_left;
        printf("restart %ld after %d\n", (long)worker, status_of(wait_status));
        fflush(stdout);
    }
    return true;
}

static bool any_left(const struct crew *crew)
{
    for (long i = 0; i < crew->size; i++)
        if (crew->workers[i] != 0)
            return true;
    return false;
}

/* Starts all workers and keeps them going. Returns the exit status. */
static int supervise(const struct crew *crew, const sigset_t *awaited, long restarts_left)
{
    for (long i = 0; i < crew->size; i++) {
        pid_t worker = start(crew);
        if (worker == -1) {
            stop(crew);
            return 1;
        }
        crew->workers[i] = worker;
        printf("start %ld\n", (long)worker);
        fflush(stdout);
    }
    while (any_left(crew)) {
        int number;
        sigwait(awaited, &number);
        if (number == SIGTERM) {
            stop(crew);
            return 0;
        }
        if (!replace(crew, &restarts_left)) {
            stop(crew);
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    long limit;
    struct crew crew = {0};
    if (argc < 4 || !parse_count(argv[1], &crew.size) || !parse_count(argv[2], &limit)) {
        fprintf(stderr, "usage: supervisor WORKERS LIMIT CMD [ARG...]\n");
        return 2;
    }
    crew.command = argv + 3;
    crew.workers = calloc(crew.size > 0 ? crew.size : 1, sizeof *crew.workers);
    if (crew.workers == NULL) {
        perror("supervisor: calloc");
        return 1;
    }

    /* Before the first worker exists: however early one ends, the signal stays pending until it is waited for.
     * An ignored SIGCHLD may have been inherited, and whoever ignores it is told no statuses. */
    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGTERM);
    signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_BLOCK, &awaited, &crew.inherited);

    int status = supervise(&crew, &awaited, limit);
    free(crew.workers);
    return status;
}
