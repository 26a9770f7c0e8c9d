/* Wrong: printf in a handler: it may interrupt the very same printf, and lock up or mix what is in the buffer. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static volatile sig_atomic_t end;
static int reloads;

static void handler(int number)
{
    if (number == SIGHUP) {
        reloads++;
        printf("reload\n");
    } else if (number == SIGUSR1) {
        printf("status %d\n", reloads);
    } else if (number == SIGCONT) {
        printf("resumed\n");
    } else {
        end = 1;
    }
    fflush(stdout);
}

static int alive(pid_t pid)
{
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    return length > 0 && strchr("ZX", strrchr(text, ')')[2]) == NULL;
}

static int owned(const char *path)
{
    char text[32] = "";
    int fd = open(path, O_RDONLY);
    if (fd == -1)
        return 0;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length > 0 && text[length - 1] == '\n')
        text[--length] = '\0';
    if (length < 1 || length > 9 || strspn(text, "0123456789") != strlen(text))
        return 0;
    pid_t pid = atoi(text);
    return pid > 0 && pid != getpid() && alive(pid);
}

static int claim(const char *path)
{
    int directory = open(".", O_RDONLY);
    flock(directory, LOCK_EX);
    if (owned(path)) {
        fprintf(stderr, "daemon: %s is taken\n", path);
        return -1;
    }
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

    while (!end)
        sigsuspend(&unblocked);
    /* What is still pending comes in here. */
    sigprocmask(SIG_SETMASK, &unblocked, NULL);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    printf("bye\n");
    fflush(stdout);
    unlink(path);
    return 0;
}
