/* Wrong: each SIGHUP opens the pid file once more, and nothing closes it again. */
/*
 * daemon NAME - a process that answers signals
 *
 * Signals can arrive between any two instructions, and the classic way to take them, a handler that sets a
 * flag and a loop that tests it before pause(), loses those that arrive between the test and the pause.
 * Here no handler is needed at all: the signals are blocked from the first line on, so that they wait in the
 * kernel, and sigwaitinfo() takes them out one by one, asleep while there is none. Nothing can be lost, and
 * everything the answers do is ordinary code, outside of any handler.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static int fail(const char *what)
{
    fprintf(stderr, "daemon: %s: %s\n", what, strerror(errno));
    return -1;
}

/* ---- The pid file: one daemon to a NAME ---- */

/* The pid that a file contains; 0 if there is no file, or anything but a positive decimal number in it.
 * 0 and negative numbers must not get through: for kill() they mean whole groups of processes. */
static pid_t read_owner(const char *path)
{
    char text[32] = "";
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);

    if (length > 0 && text[length - 1] == '\n')
        text[--length] = '\0';
    if (length == 0 || length > 10 || strspn(text, "0123456789") != length)
        return 0;
    long long pid = atoll(text); /* at most 10 digits: no overflow */
    return pid <= INT_MAX ? (pid_t)pid : 0;
}

/* Is there such a process, and does it live? kill(pid, 0) sends nothing, it only asks whether one could. But a
 * zombie still has its pid: it has ended, only nobody has waited for it yet. /proc tells them apart. */
static bool alive(pid_t pid)
{
    char path[64], text[512] = "";
    if (kill(pid, 0) == -1 && errno == ESRCH)
        return false;
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) /* it has gone this very moment (then kill says so now), or we may not look */
        return kill(pid, 0) == 0 || errno == EPERM;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    /* "PID (NAME) STATE ...", where NAME may contain spaces and parentheses: STATE follows the last one. */
    char *end_of_name = strrchr(text, ')');
    return length > 0 && end_of_name != NULL && strchr("ZX", end_of_name[2]) == NULL;
}

/*
 * Make the pid file ours. Returns 0, or -1 with a message on stderr.
 *
 * To look into the file, to decide, to remove it and to make a new one are several steps. If two daemons took
 * them at the same time, both might find the same stale file, and the slower one would remove the new file of
 * the faster. So only one at a time may do it: whoever has locked the directory. (A lock on the file itself
 * would not do by itself: the file that is locked may be another one than the file that is there.)
 */
static int claim(const char *path)
{
    char *copy = strdup(path); /* dirname() writes into its argument */
    int directory = copy == NULL ? -1 : open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    if (directory == -1)
        return fail("the pid file's directory");
    while (flock(directory, LOCK_EX) == -1)
        if (errno != EINTR)
            return fail("flock");

    int result = -1;
    pid_t owner = read_owner(path);
    /* Our own pid in a file that we have not written yet is that of somebody long dead. */
    if (owner != 0 && owner != getpid() && alive(owner)) {
        fprintf(stderr, "daemon: %s belongs to process %ld\n", path, (long)owner);
    } else {
        unlink(path); /* stale, if it is there at all */
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd == -1) {
            fail(path);
        } else if (dprintf(fd, "%ld\n", (long)getpid()) < 0) {
            fail(path);
            unlink(path);
        } else {
            result = 0;
        }
        if (fd != -1)
            close(fd);
    }
    close(directory); /* and with it the lock goes */
    return result;
}

/* ---- The signals ---- */

static void say(const char *line)
{
    printf("%s\n", line);
    fflush(stdout);
}

static const char *pid_file;

static void answer(int signal)
{
    static long reloads;
    switch (signal) {
    case SIGHUP:
        reloads++;
        if (open(pid_file, O_RDONLY | O_CLOEXEC) == -1) /* is it still there? */
            fail(pid_file);
        say("reload");
        break;
    case SIGUSR1:
        printf("status %ld\n", reloads);
        fflush(stdout);
        break;
    case SIGCONT:
        say("resumed");
        break;
    }
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: daemon NAME\n");
        return 2;
    }

    /* First of all: from here on none of these signals can kill us before the pid file can be removed, and
     * none is lost. SIGTSTP is not among them. Its default action, to stop the process, is what we want, and
     * SIGCONT lets a stopped process go on even while it is blocked. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGCONT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);

    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s.pid", argv[1]) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        fail(argv[1]);
        return EXIT_FAILURE;
    }
    if (claim(path) == -1)
        return EXIT_FAILURE;
    pid_file = path;
    say("ready");

    int signal;
    do {
        signal = sigwaitinfo(&signals, NULL); /* -1 (EINTR) if we were stopped and go on: wait again */
        answer(signal);
    } while (signal != SIGTERM && signal != SIGINT);

    /* Of several pending signals the kernel gives the one with the lowest number first, not the one that came
     * first. So SIGINT (2) may have overtaken a SIGUSR1 (10): take out what is still there, without waiting. */
    const struct timespec at_once = {0};
    while ((signal = sigtimedwait(&signals, NULL, &at_once)) != -1 || errno == EINTR)
        answer(signal);

    say("bye");
    unlink(path);
    return EXIT_SUCCESS;
}
