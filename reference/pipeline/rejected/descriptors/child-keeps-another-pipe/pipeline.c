/* Wrong: a child closes the ends of its own pipes only; of three commands, the third keeps the first one's write end. */
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct command {
    char **argv;
    int in, out;
    pid_t pid;
};

static void usage(void)
{
    fputs("usage: pipeline CMD [ARG...] -- CMD [ARG...] [-- ...]\n", stderr);
    exit(2);
}

static size_t parse(char **argv, struct command *commands)
{
    size_t count = 0;
    bool begin = true;
    for (; *argv != NULL; argv++) {
        if (strcmp(*argv, "--") == 0) {
            if (begin)
                usage();
            *argv = NULL;
            begin = true;
        } else if (begin) {
            commands[count++] = (struct command){.argv = argv, .in = STDIN_FILENO, .out = STDOUT_FILENO};
            begin = false;
        }
    }
    if (begin || count < 2)
        usage();
    return count;
}

static void child(const struct command *command, bool first, bool last)
{
    if (dup2(command->in, STDIN_FILENO) == -1 || dup2(command->out, STDOUT_FILENO) == -1) {
        warn("dup2");
        _exit(1);
    }
    if (!first) {
        close(command->in);
        close(command[-1].out);
    }
    if (!last) {
        close(command->out);
        close(command[1].in);
    }
    execvp(command->argv[0], command->argv);
    int code = errno == ENOENT ? 127 : 126;
    warn("%s", command->argv[0]);
    _exit(code);
}

int main(int argc, char **argv)
{
    struct command commands[argc];
    size_t count = parse(argv + 1, commands);

    for (size_t i = 0; i + 1 < count; i++) {
        int ends[2];
        if (pipe(ends) == -1)
            err(1, "pipe");
        commands[i].out = ends[1];
        commands[i + 1].in = ends[0];
    }

    size_t running = 0;
    for (; running < count; running++) {
        commands[running].pid = fork();
        if (commands[running].pid == -1) {
            warn("fork");
            break;
        }
        if (commands[running].pid == 0)
            child(&commands[running], running == 0, running == count - 1);
    }
    int result = running < count ? 1 : 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            close(commands[i].in);
        if (i + 1 < count)
            close(commands[i].out);
    }

    for (; running > 0; running--) {
        int status;
        pid_t pid = wait(&status);
        if (pid == -1)
            err(1, "wait");
        if (pid == commands[count - 1].pid)
            result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return result;
}
