/* Accepted: a handler that reaps, and main that prints; while the children are started and while the results are
 * looked at SIGCHLD is blocked, and sigsuspend lets it in. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct record {
    pid_t pid;
    int status;
    volatile sig_atomic_t state; /* 0 runs, 1 has ended, 2 is reported */
};

static struct record *records;
static volatile sig_atomic_t records_used;

static void reaper(int number)
{
    (void)number;
    int saved = errno, status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (int i = 0; i < records_used; i++) {
            if (records[i].pid == pid && records[i].state == 0) {
                records[i].status = status;
                records[i].state = 1;
                break;
            }
        }
    }
    errno = saved;
}

static int report(void)
{
    int reported = 0;
    for (int i = 0; i < records_used; i++) {
        if (records[i].state != 1)
            continue;
        records[i].state = 2;
        dprintf(1, "child %d status %d\n", i + 1, WEXITSTATUS(records[i].status));
        reported++;
    }
    return reported;
}

int main(int argc, char **argv)
{
    int count = 0, length = 0;
    if (argc != 2 || sscanf(argv[1], "%*[0-9]%n", &length) != 0 || length == 0 || argv[1][length] != '\0') {
        fprintf(stderr, "usage: spawn COUNT\n");
        return 2;
    }
    count = atoi(argv[1]);
    records = calloc((size_t)count + 1, sizeof *records);
    if (records == NULL)
        return 1;

    struct sigaction action = {.sa_handler = reaper, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
    sigemptyset(&action.sa_mask);
    sigaction(SIGCHLD, &action, NULL);
    sigset_t closed, open;
    sigemptyset(&closed);
    sigaddset(&closed, SIGCHLD);

    for (int i = 0; i < count; i++) {
        sigprocmask(SIG_BLOCK, &closed, &open); /* the record is made before the handler may look for it */
        pid_t pid = fork();
        if (pid == -1) {
            perror("fork");
            return 1;
        }
        if (pid == 0)
            _exit((i + 1) % 7);
        records[i].pid = pid;
        records_used = i + 1;
        sigprocmask(SIG_SETMASK, &open, NULL); /* some may be reaped already now */
    }

    sigprocmask(SIG_BLOCK, &closed, &open);
    int left = count - report();
    while (left > 0) {
        sigsuspend(&open);
        left -= report();
    }
    dprintf(1, "reaped %d\n", count);
    return 0;
}
