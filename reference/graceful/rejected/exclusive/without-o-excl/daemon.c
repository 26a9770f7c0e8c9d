/* Wrong: looks whether the file is there, and makes it as if nobody else could in between. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

static long hangups;

static void line(const char *format, long value)
{
    char text[64];
    int n = snprintf(text, sizeof text, format, value);
    if (write(STDOUT_FILENO, text, n) != n)
        exit(1);
}

static bool lives(long pid)
{
    if (pid <= 0 || pid > 0x7fffffff || pid == getpid())
        return false;
    int fd = pidfd_open(pid, 0);
    if (fd < 0)
        return errno != ESRCH && errno != EINVAL;
    struct pollfd ended = {.fd = fd, .events = POLLIN};
    bool alive = poll(&ended, 1, 0) == 0;
    close(fd);
    return alive;
}

static long owner_of(int directory, const char *file)
{
    char text[24];
    int fd = openat(directory, file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    text[strcspn(text, "\n")] = '\0';
    char *end;
    errno = 0;
    long pid = strtol(text, &end, 10);
    return errno == 0 && *end == '\0' && text[0] != '\0' ? pid : 0;
}

/* False for a record that ends the daemon. */
static bool handle(const struct signalfd_siginfo *info)
{
    switch (info->ssi_signo) {
    case SIGHUP:
        hangups++;
        line("reload\n", 0);
        return true;
    case SIGUSR1:
        line("status %ld\n", hangups);
        return true;
    case SIGCONT:
        line("resumed\n", 0);
        return true;
    default:
        return false;
    }
}

int main(int argc, char **argv)
{
    if (argc != 2)
        errx(2, "usage: daemon NAME");

    sigset_t set;
    sigemptyset(&set);
    const int all[] = {SIGHUP, SIGUSR1, SIGCONT, SIGTERM, SIGINT, 0};
    for (const int *s = all; *s; s++)
        sigaddset(&set, *s);
    if (sigprocmask(SIG_SETMASK, &set, NULL) != 0)
        err(1, "sigprocmask");
    int signals = signalfd(-1, &set, SFD_CLOEXEC);
    if (signals < 0)
        err(1, "signalfd");

    char *slash = strrchr(argv[1], '/');
    char *place = slash ? strndup(argv[1], slash - argv[1] + 1) : strdup(".");
    char *file;
    if (place == NULL || asprintf(&file, "%s.pid", slash ? slash + 1 : argv[1]) < 0)
        err(1, "memory");
    int directory = open(place, O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        err(1, "%s", place);
    if (lives(owner_of(directory, file)))
        errx(1, "%s is in use", file);
    unlinkat(directory, file, 0);
    int fd = openat(directory, file, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (fd < 0)
        err(1, "%s", file);
    dprintf(fd, "%d", (int)getpid());
    close(fd);

    line("ready\n", 0);
    struct signalfd_siginfo records[8];
    bool ending = false;
    for (;;) {
        ssize_t size = read(signals, records, sizeof records);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            break; /* EAGAIN: all that was there is answered */
        for (size_t i = 0; i < size / sizeof *records; i++) {
            if (!handle(&records[i]) && !ending) {
                ending = true;
                fcntl(signals, F_SETFL, O_NONBLOCK);
            }
        }
    }
    line("bye\n", 0);
    unlinkat(directory, file, 0);
    return 0;
}
