/* Wrong: whatever begins with -- separates, as --all. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Cuts the arguments at each "--" into commands, each an argument vector with NULL at its end.
 * Returns how many there are; 0 if one of them is empty.
 */
static int split(char **words, char ***commands)
{
    int count = 0;
    commands[count++] = words;
    for (char **word = words; *word != NULL; word++) {
        if (strncmp(*word, "--", 2) == 0) {
            *word = NULL;
            commands[count++] = word + 1;
        }
    }
    for (int i = 0; i < count; i++)
        if (commands[i][0] == NULL)
            return 0;
    return count;
}

/* Makes `fd` the child's descriptor `target` (0 or 1), and closes the original: one end, one descriptor. */
static void become(int fd, int target)
{
    if (fd == target)
        return;
    if (dup2(fd, target) == -1) {
        perror("dup2");
        _exit(1);
    }
    close(fd);
}

/* In the child: turns into the command. Never returns; a child that goes on here would be a second parent. */
static void run(char **command)
{
    execvp(command[0], command);
    int reason = errno;
    fprintf(stderr, "pipeline: %s: %s\n", command[0], strerror(reason));
    _exit(reason == ENOENT ? 127 : 126); /* not exit(): what the parent left in stdio buffers is not ours */
}

/* As the shell's $?: the exit status, or 128 plus the number of the signal. */
static int status_of(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* Starts all commands. Returns how many: fewer than `count` if a pipe or a process could not be made. */
static int start(char ***commands, int count, pid_t *children)
{
    int input = STDIN_FILENO; /* what the next command reads */
    int started = 0;
    while (started < count) {
        int ends[2] = {-1, STDOUT_FILENO}; /* the last command writes to our own stdout */
        if (started < count - 1 && pipe(ends) == -1) {
            perror("pipeline: pipe");
            break;
        }
        pid_t child = fork();
        if (child == 0) {
            if (ends[0] != -1)
                close(ends[0]); /* the next command's */
            become(input, STDIN_FILENO);
            become(ends[1], STDOUT_FILENO);
            run(commands[started]);
        }
        /* The child has its copies: close ours before the next fork() can copy them, too. */
        if (input != STDIN_FILENO)
            close(input);
        if (ends[1] != STDOUT_FILENO)
            close(ends[1]);
        input = ends[0];
        if (child == -1) {
            perror("pipeline: fork");
            break;
        }
        children[started++] = child;
    }
    if (input > STDIN_FILENO) /* only after a failure: nobody will read what was to come */
        close(input);
    return started;
}

int main(int argc, char **argv)
{
    char **commands[argc + 1];
    int count = split(argv + 1, commands);
    if (count < 2) {
        fprintf(stderr, "usage: pipeline CMD [ARG...] -- CMD [ARG...] [-- ...]\n");
        return 2;
    }

    pid_t children[count];
    int started = start(commands, count, children);

    /* All of them run now. The order in which they end does not matter: who has ended waits for us. */
    int status = 0;
    for (int i = 0; i < started; i++) {
        int wait_status;
        if (waitpid(children[i], &wait_status, 0) == -1) {
            perror("pipeline: waitpid");
            return 1;
        }
        status = status_of(wait_status);
    }
    return started == count ? status : 1;
}
