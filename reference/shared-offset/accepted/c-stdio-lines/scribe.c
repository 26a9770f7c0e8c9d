/* Accepted: one stdio stream for all, made before the forks; it is flushed by each newline, so each line is one write. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int natural(const char *s, unsigned long *n)
{
    char *end;
    errno = 0;
    *n = strtoul(s, &end, 10);
    return *s >= '0' && *s <= '9' && *end == '\0' && errno == 0;
}

int main(int argc, char **argv)
{
    unsigned long children, lines;
    if (argc != 4 || !natural(argv[2], &children) || !natural(argv[3], &lines)) {
        fprintf(stderr, "usage: scribe FILE CHILDREN LINES\n");
        return 2;
    }
    int fd = open(argv[1], O_CREAT | O_TRUNC | O_RDWR, 0600);
    FILE *file = fd == -1 ? NULL : fdopen(fd, "w+");
    if (file == NULL || setvbuf(file, NULL, _IOLBF, BUFSIZ) != 0) {
        perror(argv[1]);
        return 1;
    }

    pid_t *pids = calloc(children + 1, sizeof *pids);
    int bad = pids == NULL;
    for (unsigned long c = 0; !bad && c < children; c++) {
        pids[c] = fork();
        if (pids[c] == 0) {
            for (unsigned long i = 1; i <= lines; i++)
                if (fprintf(file, "child %lu line %lu\n", c + 1, i) < 0)
                    _exit(1);
            _exit(0);
        }
        bad = pids[c] == -1;
    }
    for (unsigned long c = 0; pids != NULL && c < children && pids[c] > 0; c++) {
        int status;
        while (waitpid(pids[c], &status, 0) == -1 && errno == EINTR)
            ;
        bad = bad || status != 0;
    }
    free(pids);
    if (bad) {
        fprintf(stderr, "scribe: a child failed\n");
        return 1;
    }

    rewind(file);
    for (int c; (c = getc(file)) != EOF;)
        putchar(c);
    return ferror(file) || fflush(stdout) == EOF ? 1 : 0;
}
