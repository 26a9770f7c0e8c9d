/*
 * pipeline CMD [ARG...] -- CMD [ARG...] [-- ...], with posix_spawnp, from the last command to the first
 *
 * A command that cannot be started has no process at all: its ends of the pipes are closed, and that is what
 * its neighbours notice.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void check(int error, const char *what)
{
    if (error != 0) {
        fprintf(stderr, "pipeline: %s: %s\n", what, strerror(error));
        exit(1);
    }
}

/* Starts a command with the given stdin and stdout. Returns 0, or the status that stands for its failure. */
static int spawn(pid_t *pid, char **argv, int in, int out)
{
    posix_spawn_file_actions_t actions;
    check(posix_spawn_file_actions_init(&actions), "file actions");
    if (in != STDIN_FILENO)
        check(posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO), "file actions");
    if (out != STDOUT_FILENO)
        check(posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO), "file actions");
    int error = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error == 0)
        return 0;
    *pid = -1;
    fprintf(stderr, "pipeline: %s: %s\n", argv[0], strerror(error));
    return error == ENOENT ? 127 : 126;
}

/* Puts NULL in the place of each "--" and counts them; -1 if there is a command without a word. */
static int cut(int argc, char *argv[])
{
    int dashes = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            if (i == 1 || argv[i - 1] == NULL || i + 1 == argc)
                return -1;
            argv[i] = NULL;
            dashes++;
        }
    }
    return dashes;
}

int main(int argc, char *argv[])
{
    int dashes = cut(argc, argv);
    if (dashes < 1) {
        fprintf(stderr, "usage: %s CMD [ARG...] -- CMD [ARG...] [-- ...]\n", argv[0]);
        return 2;
    }

    pid_t pids[dashes + 1];
    int out = STDOUT_FILENO, failure = 0, end = argc;
    for (int number = dashes; number >= 0; number--) {
        int begin = end;
        while (begin > 1 && argv[begin - 1] != NULL)
            begin--;

        int ends[2] = {STDIN_FILENO, -1};
        if (number > 0 && pipe2(ends, O_CLOEXEC) == -1)
            check(errno, "pipe");
        int failed = spawn(&pids[number], argv + begin, ends[0], out);
        if (number == dashes)
            failure = failed;

        if (number > 0)
            close(ends[0]);
        if (out != STDOUT_FILENO)
            close(out);
        out = ends[1];
        end = begin - 1;
    }

    int result = failure;
    for (int number = 0; number <= dashes; number++) {
        siginfo_t info;
        if (pids[number] == -1)
            continue;
        check(waitid(P_PID, pids[number], &info, WEXITED) == -1 ? errno : 0, "waitid");
        if (number == dashes)
            result = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    }
    return result;
}
