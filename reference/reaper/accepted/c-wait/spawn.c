/* Accepted: no signal at all; wait sleeps until somebody ends. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
    pid_t pid;
    unsigned number;
    struct child *next;
};

static struct child *take(struct child **list, pid_t pid)
{
    while (*list != NULL && (*list)->pid != pid)
        list = &(*list)->next;
    struct child *found = *list;
    if (found != NULL)
        *list = found->next;
    return found;
}

int main(int argc, char *argv[])
{
    if (argc != 2 || argv[1][0] == '\0' || argv[1][strspn(argv[1], "0123456789")] != '\0') {
        fprintf(stderr, "usage: %s COUNT\n", argv[0]);
        return 2;
    }
    unsigned count = (unsigned)strtoul(argv[1], NULL, 10);
    setlinebuf(stdout);

    struct child *children = NULL;
    for (unsigned number = 1; number <= count; number++) {
        struct child *child = malloc(sizeof *child);
        if (child == NULL)
            err(1, "malloc");
        *child = (struct child){.pid = fork(), .number = number, .next = children};
        if (child->pid == -1)
            err(1, "fork");
        if (child->pid == 0)
            _Exit(number % 7);
        children = child;
    }

    int status;
    for (pid_t pid; (pid = wait(&status)) != -1;) {
        struct child *child = take(&children, pid);
        if (child == NULL || !WIFEXITED(status))
            errx(1, "process %d ended strangely", (int)pid);
        printf("child %u status %d\n", child->number, WEXITSTATUS(status));
        free(child);
    }
    printf("reaped %u\n", count);
    return 0;
}
