/* Accepted: handlers that set flags, and sigsuspend: signals are blocked except while it waits, so no flag changes
 * between the test and the wait. The pid file is locked itself, and looked at again once it is locked. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile sig_atomic_t came[NSIG];

static void note(int number)
{
    came[number] = 1;
}

static int take(int number)
{
    int result = came[number];
    came[number] = 0;
    return result;
}

static const char *pidfile;

static int locked_open(int flags)
{
    for (;;) {
        struct stat mine, named;
        int fd = open(pidfile, flags | O_RDWR | O_CLOEXEC, 0600);
        if (fd == -1)
            return -1;
        while (flock(fd, LOCK_EX) == -1 && errno == EINTR)
            ;
        /* The file may have been removed while we waited for the lock: then it is not the one to look at. */
        if (stat(pidfile, &named) == 0 && fstat(fd, &mine) == 0 && named.st_ino == mine.st_ino &&
            named.st_dev == mine.st_dev)
            return fd;
        close(fd);
    }
}

static int is_alive(const char *digits)
{
    char path[64], line[256];
    char *end;
    errno = 0;
    long pid = strtol(digits, &end, 10);
    if (digits[0] < '1' || digits[0] > '9' || (*end != '\0' && strcmp(end, "\n") != 0) || errno != 0)
        return 0;
    if (pid != (pid_t)pid || pid == getpid())
        return 0;
    snprintf(path, sizeof path, "/proc/%ld/status", pid);
    FILE *status = fopen(path, "r");
    if (status == NULL)
        return 0;
    int alive = 1, seen = 0;
    while (fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, "State:", 6) == 0) {
            seen = 1;
            alive = line[7] != 'Z' && line[7] != 'X';
        }
    }
    fclose(status);
    return seen && alive;
}

static int claim(void)
{
    char text[64] = "";
    int fd = locked_open(O_CREAT);
    if (fd == -1) {
        perror(pidfile);
        return -1;
    }
    ssize_t length = read(fd, text, sizeof text - 1);
    if (length > 0 && is_alive(text)) {
        fprintf(stderr, "%s: in use\n", pidfile);
        close(fd);
        return -1;
    }
    int n = snprintf(text, sizeof text, "%d\n", (int)getpid());
    if (ftruncate(fd, 0) == -1 || pwrite(fd, text, n, 0) != n) {
        perror(pidfile);
        unlink(pidfile);
        close(fd);
        return -1;
    }
    fchmod(fd, 0600);
    close(fd);
    return 0;
}

static void disclaim(void)
{
    /* Locked, too: nobody may be about to take over a file that is going away. */
    int fd = locked_open(0);
    unlink(pidfile);
    if (fd != -1)
        close(fd);
}

int main(int argc, char *argv[])
{
    static const int numbers[] = {SIGHUP, SIGUSR1, SIGCONT, SIGTERM, SIGINT};
    if (argc != 2) {
        fprintf(stderr, "usage: %s NAME\n", argv[0]);
        return 2;
    }

    sigset_t blocked, open_mask;
    struct sigaction action = {.sa_handler = note};
    sigemptyset(&blocked);
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaddset(&blocked, numbers[i]);
    sigprocmask(SIG_BLOCK, &blocked, &open_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &action, NULL);

    if (asprintf((char **)&pidfile, "%s.pid", argv[1]) == -1 || claim() == -1)
        return 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");

    int reloads = 0, end = 0;
    while (!end) {
        sigsuspend(&open_mask);
        end = take(SIGTERM) | take(SIGINT);
        if (end) {
            /* One look outside: whatever is still pending comes in now. */
            sigprocmask(SIG_SETMASK, &open_mask, NULL);
            sigprocmask(SIG_BLOCK, &blocked, NULL);
        }
        if (take(SIGHUP)) {
            reloads++;
            puts("reload");
        }
        if (take(SIGUSR1))
            printf("status %d\n", reloads);
        if (take(SIGCONT))
            puts("resumed");
    }
    puts("bye");
    disclaim();
    return 0;
}
