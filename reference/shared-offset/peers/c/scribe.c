/*
 * scribe FILE CHILDREN LINES
 *
 * CHILDREN child processes write LINES lines each into one FILE, at the same time; the parent waits for all of
 * them, and prints what has come of it.
 *
 * Why does no line fall upon another, without any lock and without O_APPEND? A descriptor is a number; what it
 * stands for is an *open file description* in the kernel, made by open(), and the position in the file belongs to
 * that. fork() copies the number, not the description: all of us have the same position. Each write() takes it
 * and moves it on in one act, so the next one, whoever makes it, begins where this one has ended. A child that
 * opened the file for itself would have a position of its own, and would begin at 0 as the others do.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int complain(const char *what)
{
    fprintf(stderr, "scribe: %s: %s\n", what, strerror(errno));
    return -1;
}

/* A count in decimal, or -1. strtol alone would also take " 7", "+7" and "7 lines". */
static long parse_count(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (!isdigit((unsigned char)*c))
            return -1;
    errno = 0;
    long count = strtol(text, NULL, 10);
    return *text == '\0' || errno != 0 ? -1 : count;
}

/*
 * What a child does. A line is made first and written by one call: between two calls another child may write. So
 * no stdio on the file either, which would cut what it has gathered wherever its buffer is full.
 */
static int write_lines(int fd, long child, long lines)
{
    for (long i = 1; i <= lines; i++) {
        char line[64];
        int length = snprintf(line, sizeof line, "child %ld line %ld\n", child, i);
        ssize_t written;
        do {
            written = write(fd, line, (size_t)length);
        } while (written == -1 && errno == EINTR);
        if (written != length) /* the disk is full: the rest of it would not be in the same write any more */
            return complain("write");
    }
    return 0;
}

/* Start the children and wait until all of them have ended. 0 if all went well. */
static int run_children(int fd, long children, long lines)
{
    int result = 0;
    long started = 0;

    while (started < children) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(write_lines(fd, started + 1, lines) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
        if (pid == -1) {
            result = complain("fork");
            break; /* those that did start are still waited for */
        }
        started++;
    }
    while (started > 0) {
        int status;
        if (wait(&status) == -1) {
            if (errno == EINTR)
                continue;
            return complain("wait");
        }
        started--;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
            result = -1;
    }
    return result;
}

/* Copies the file to stdout, from where the descriptor stands to its end. */
static int print_rest(int fd)
{
    char buffer[4096];
    for (;;) {
        ssize_t got = read(fd, buffer, sizeof buffer);
        if (got == 0)
            return 0;
        if (got == -1 && errno != EINTR)
            return complain("read");
        for (ssize_t done = 0; done < got;) { /* a pipe may take a part of it only */
            ssize_t written = write(STDOUT_FILENO, buffer + done, (size_t)(got - done));
            if (written == -1 && errno != EINTR)
                return complain("stdout");
            if (written > 0)
                done += written;
        }
    }
}

int main(int argc, char *argv[])
{
    long children = argc == 4 ? parse_count(argv[2]) : -1;
    long lines = argc == 4 ? parse_count(argv[3]) : -1;
    if (children < 0 || lines < 0) {
        fprintf(stderr, "usage: scribe FILE CHILDREN LINES\n");
        return 2;
    }

    /* Once, and before the forks. O_RDWR, for the parent reads by the same descriptor afterwards. */
    int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd == -1) {
        complain(argv[1]);
        return EXIT_FAILURE;
    }
    if (run_children(fd, children, lines) == -1)
        return EXIT_FAILURE;

    /* The position is ours as well: it stands where the last child has stopped, at the end of the file. */
    if (lseek(fd, 0, SEEK_SET) == -1) {
        complain("lseek");
        return EXIT_FAILURE;
    }
    return print_rest(fd) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
