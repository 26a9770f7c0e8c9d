/*
 * spawn COUNT - starts children and reports each as it ends
 *
 * A process that has ended is not gone: the kernel keeps its exit status, and its process id, until its parent has
 * asked for them. Until then it is a zombie. The kernel sends the parent SIGCHLD when a child ends, but a signal that
 * is pending already is not made pending a second time: SIGCHLD says "at least one has ended since you last looked",
 * and never how many. So each SIGCHLD is answered by asking until nobody is left who has ended:
 *
 *     sigwait        sleep until somebody has ended
 *     waitpid(-1, &status, WNOHANG)    who? - again and again, until it says 0 (the others still live)
 *
 * A program that has nothing else to wait for, as this one, could sleep in wait() as well and needs no SIGCHLD. But
 * most that start processes do have something else: a shell its terminal, a server its clients.
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

enum { STATUSES = 7 };

static bool parse_count(const char *text, long *count)
{
    char *end;
    errno = 0;
    *count = strtol(text, &end, 10);
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0; /* strtol takes " 7" and "-7", too */
}

/* Starts children; children[I - 1] is the process id of child I. Returns how many there are now. */
static long start(pid_t *children, long count)
{
    for (long i = 1; i <= count; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(i % STATUSES); /* not exit(): what the parent may have in its buffers is not ours */
        if (child == -1) {
            perror("spawn: fork");
            return i - 1;
        }
        children[i - 1] = child;
    }
    return count;
}

/* What the shell calls $?. The number that wait gives has the exit status in some of its bits only. */
static int status_of(int wait_status)
{
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

/* Takes the status of all that have ended by now, and reports them. Returns how many there were. */
static long reap(const pid_t *children, long count)
{
    long reaped = 0;
    int wait_status;
    pid_t child;
    while ((child = waitpid(-1, &wait_status, WNOHANG)) > 0) {
        long i = 0;
        while (i < count && children[i] != child)
            i++;
        printf("child %ld status %d\n", i + 1, status_of(wait_status));
        fflush(stdout);
        reaped++;
    }
    return reaped;
}

int main(int argc, char **argv)
{
    long count;
    if (argc != 2 || !parse_count(argv[1], &count)) {
        fprintf(stderr, "usage: spawn COUNT\n");
        return 2;
    }
    pid_t *children = calloc(count > 0 ? count : 1, sizeof *children);
    if (children == NULL) {
        perror("spawn: calloc");
        return 1;
    }

    /* Whoever ignores SIGCHLD has no zombies, and no statuses either; that may have been inherited. And the signal
     * is blocked before the first child exists: it stays pending, however early somebody ends. */
    sigset_t ended;
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_BLOCK, &ended, NULL);

    /* Nobody is reaped before all are started. So each process id is in the table when it is looked up, and none
     * can belong to two children: the id of a zombie is not given away. */
    long started = start(children, count);
    for (long left = started; left > 0;) {
        int number;
        sigwait(&ended, &number);
        left -= reap(children, started);
    }
    free(children);
    if (started < count)
        return 1;
    printf("reaped %ld\n", count);
    return fflush(stdout) == EOF ? 1 : 0;
}
