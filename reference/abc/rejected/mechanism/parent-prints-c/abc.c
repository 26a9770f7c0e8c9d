/* Wrong: there are two children, and their parent prints the third letter. */
#include <ctype.h>
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
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
static void print_in_turn(sem_t *mine, sem_t *next, char letter, long rounds)
{
    const char line[] = {letter, '\n'};
    for (long round = 0; round < rounds; round++) {
        if (sem_wait(mine) == -1)
            die("sem_wait");
        /* First print, then pass on. With printf it would take an fflush in between: what is in a buffer
         * when the next process is let go is not printed yet. */
        if (write(STDOUT_FILENO, line, sizeof line) == -1)
            die("write");
        if (sem_post(next) == -1)
            die("sem_post");
    }
}

int main(int argc, char **argv)
{
    long rounds;
    if (argc != 2 || !parse_count(argv[1], &rounds)) {
        fprintf(stderr, "usage: abc ROUNDS\n");
        return 2;
    }

    /* The semaphores must lie in memory that is still the same memory after fork: fork copies all other. It
     * has no name, so it is gone with the last process, whatever happens. */
    sem_t *turn = mmap(NULL, PROCESSES * sizeof *turn, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (turn == MAP_FAILED)
        die("mmap");
    for (int i = 0; i < PROCESSES; i++)
        if (sem_init(&turn[i], 1 /* shared between processes */, i == 0 ? 1 : 0) == -1)
            die("sem_init");

    pid_t children[PROCESSES];
    int started = 0;
    for (; started < PROCESSES - 1; started++) {
        children[started] = fork();
        if (children[started] == -1) {
            perror("fork");
            break;
        }
        if (children[started] == 0) {
            print_in_turn(&turn[started], &turn[(started + 1) % PROCESSES], 'A' + started, rounds);
            _exit(0);
        }
    }

    if (started == PROCESSES - 1)
        print_in_turn(&turn[started], &turn[0], 'A' + started, rounds);

    /* The parent stays until all have ended: who started abc may rely on all being printed when it ends. */
    bool failed = started < PROCESSES - 1;
    for (int i = 0; i < started; i++) {
        if (started < PROCESSES - 1)
            kill(children[i], SIGKILL); /* the circle is not closed: it would wait for ever */
        int status;
        if (waitpid(children[i], &status, 0) == -1)
            die("waitpid");
        failed = failed || status != 0;
    }
    return failed ? 1 : 0;
}
