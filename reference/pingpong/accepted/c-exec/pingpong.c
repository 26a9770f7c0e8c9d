/* Accepted: the child is this program again, by exec: it reads from descriptor 3 and writes to descriptor 4, and the
 * parent's ends are closed by exec itself. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FROM_PARENT = 3, TO_PARENT = 4, HIGH = 10 };

static int all(ssize_t (*act)(int, void *, size_t), int fd, uint32_t *number)
{
    size_t done = 0;
    while (done < sizeof *number) {
        ssize_t length = act(fd, (char *)number + done, sizeof *number - done);
        if (length == 0)
            return 0;
        if (length == -1 && errno != EINTR)
            return -1;
        done += length > 0 ? (size_t)length : 0;
    }
    return 1;
}

static ssize_t give(int fd, void *data, size_t size)
{
    return write(fd, data, size);
}

static int child(void)
{
    uint32_t number;
    int got;
    while ((got = all(read, FROM_PARENT, &number)) == 1) {
        number++;
        dprintf(STDOUT_FILENO, "child %" PRIu32 "\n", number);
        if (all(give, TO_PARENT, &number) != 1)
            return EXIT_FAILURE;
    }
    return got == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Makes a pipe with descriptors that are out of the way of 3 and 4, and closed by exec. */
static int out_of_the_way(int ends[2])
{
    int low[2];
    if (pipe2(low, O_CLOEXEC) == -1)
        return -1;
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, HIGH);
        close(low[i]);
    }
    return ends[0] == -1 || ends[1] == -1 ? -1 : 0;
}

int main(int argc, char **argv)
{
    if (strcmp(argv[0], "child of pingpong") == 0)
        return child();
    if (argc != 2 || argv[1][0] == '\0' || argv[1][strspn(argv[1], "0123456789")] != '\0') {
        fprintf(stderr, "usage: %s ROUNDS\n", argv[0]);
        return 2;
    }

    int down[2], up[2];
    if (out_of_the_way(down) == -1 || out_of_the_way(up) == -1) {
        perror("pipe");
        return EXIT_FAILURE;
    }
    pid_t pid = fork();
    if (pid == 0) {
        dup2(down[0], FROM_PARENT);
        dup2(up[1], TO_PARENT);
        execl("/proc/self/exe", "child of pingpong", (char *)NULL);
        _exit(127);
    }
    if (pid == -1) {
        perror("fork");
        return EXIT_FAILURE;
    }
    close(down[0]);
    close(up[1]);

    uint32_t number = 0;
    for (unsigned long left = strtoul(argv[1], NULL, 10); left > 0; left--) {
        number++;
        dprintf(STDOUT_FILENO, "parent %" PRIu32 "\n", number);
        if (all(give, down[1], &number) != 1 || all(read, up[0], &number) != 1)
            return EXIT_FAILURE;
    }
    close(down[1]);
    int status;
    if (waitpid(pid, &status, 0) == -1)
        return EXIT_FAILURE;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
