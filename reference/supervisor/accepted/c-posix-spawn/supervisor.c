/*
 * supervisor WORKERS LIMIT CMD [ARG...] - with posix_spawnp and waitid: handlers write into a pipe, and poll sleeps.
 *
 * Compile: gcc -std=gnu11 -Wall -Wextra -o supervisor supervisor.c
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int news[2];
static pid_t *running;
static long alive;

static void tell(int number)
{
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    if (write(news[1], &byte, 1) == -1) {
        // The pipe is full of news already.
    }
    errno = saved;
}

static bool parse(const char *text, long *number)
{
    if (*text == '\0' || strspn(text, "0123456789") != strlen(text))
        return false;
    errno = 0;
    *number = strtol(text, NULL, 10);
    return errno == 0;
}

static bool start(char **command)
{
    posix_spawnattr_t attributes;
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGTERM);
    sigaddset(&usual, SIGCHLD);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int error = posix_spawnp(&running[alive], command[0], NULL, &attributes, command, environ);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) {
        fprintf(stderr, "supervisor: %s: %s\n", command[0], strerror(error));
        return false;
    }
    alive++;
    return true;
}

static int stop_all(int status)
{
    for (long i = 0; i < alive; i++)
        kill(running[i], SIGTERM);
    siginfo_t ended;
    while (waitid(P_ALL, 0, &ended, WEXITED) == 0 || errno == EINTR) {
    }
    return status;
}

static bool told_to_stop(void)
{
    unsigned char bytes[64];
    ssize_t count = read(news[0], bytes, sizeof bytes);
    return count > 0 && memchr(bytes, SIGTERM, (size_t)count) != NULL;
}

/* Takes one who has ended out of the table; 0 in *pid if there is none, and the status as a shell tells it. */
static int take(pid_t *pid)
{
    siginfo_t ended = {0};
    *pid = 0;
    if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG) == -1 || ended.si_pid == 0)
        return 0;
    *pid = ended.si_pid;
    for (long i = 0; i < alive; i++)
        if (running[i] == ended.si_pid)
            running[i] = running[--alive];
    return ended.si_code == CLD_EXITED ? ended.si_status : 128 + ended.si_status;
}

static int supervise(long workers, long limit, char **command)
{
    for (long i = 0; i < workers; i++) {
        if (!start(command))
            return stop_all(1);
        dprintf(STDOUT_FILENO, "start %d\n", (int)running[alive - 1]);
    }
    while (alive > 0) {
        struct pollfd ready = {.fd = news[0], .events = POLLIN};
        poll(&ready, 1, -1);
        if (told_to_stop())
            return stop_all(0);
        for (;;) {
            pid_t pid;
            int status = take(&pid);
            if (pid == 0)
                break;
            if (status == 0)
                continue;
            if (limit-- == 0 || !start(command))
                return stop_all(1);
            dprintf(STDOUT_FILENO, "restart %d after %d\n", (int)running[alive - 1], status);
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    long workers, limit;
    if (argc < 4 || !parse(argv[1], &workers) || !parse(argv[2], &limit)) {
        fprintf(stderr, "usage: supervisor WORKERS LIMIT CMD [ARG...]\n");
        return 2;
    }
    running = calloc(workers + 1, sizeof *running);
    if (running == NULL || pipe2(news, O_CLOEXEC | O_NONBLOCK) == -1) {
        perror("supervisor");
        return 1;
    }
    struct sigaction action = {.sa_handler = tell, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    action.sa_flags |= SA_NOCLDSTOP;
    sigaction(SIGCHLD, &action, NULL);
    return supervise(workers, limit, argv + 3);
}
