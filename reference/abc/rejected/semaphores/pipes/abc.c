/* Wrong: the turn is a byte that goes round in three pipes, and nobody has a semaphore. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 3 };

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static bool parse_count(const char *text, long *count)
{
    char *end;
    errno = 0;
    *count = strtol(text, &end, 10);
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0; /* strtol takes " 7" and "-7", too */
}

/* What each of the three processes does. */
static void print_in_turn(int mine, int next, char letter, long rounds)
{
    char turn;
    const char line[] = {letter, '\n'};
    for (long round = 0; round < rounds; round++) {
        if (read(mine, &turn, 1) != 1)
            die("read");
        /* First print, then pass on. With printf it would take an fflush in between: what is in a buffer
         * when the next process is let go is not printed yet. */
        if (write(STDOUT_FILENO, line, sizeof line) == -1)
            die("write");
        if (write(next, &turn, 1) != 1)
            die("write");
    }
}

int main(int argc, char **argv)
{
    long rounds;
    if (argc != 2 || !parse_count(argv[1], &rounds)) {
        fprintf(stderr, "usage: abc ROUNDS\n");
        return 2;
    }

    int turn[PROCESSES][2];
    for (int i = 0; i < PROCESSES; i++)
        if (pipe(turn[i]) == -1)
            die("pipe");
    if (write(turn[0][1], "", 1) != 1)
        die("write");

    pid_t children[PROCESSES];
    int started = 0;
    for (; started < PROCESSES; started++) {
        children[started] = fork();
        if (children[started] == -1) {
            perror("fork");
            break;
        }
        if (children[started] == 0) {
            print_in_turn(turn[started][0], turn[(started + 1) % PROCESSES][1], 'A' + started, rounds);
            _exit(0);
        }
    }

    /* The parent stays until all have ended: who started abc may rely on all being printed when it ends. */
    bool failed = started < PROCESSES;
    for (int i = 0; i < started; i++) {
        if (started < PROCESSES)
            kill(children[i], SIGKILL); /* the circle is not closed: it would wait for ever */
        int status;
        if (waitpid(children[i], &status, 0) == -1)
            die("waitpid");
        failed = failed || status != 0;
    }
    return failed ? 1 : 0;
}
