#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char own[PATH_MAX];

static void remove_own(void)
{
    unlink(own);
}

int main(int argc, char *argv[])
{
    char *end;
    long count = argc == 3 ? strtol(argv[2], &end, 10) : -1;
    if (count < 0 || !isdigit((unsigned char)argv[2][0]) || *end != '\0') {
        fprintf(stderr, "usage: client FIFO COUNT\n");
        return 2;
    }
    int server = open(argv[1], O_WRONLY);
    if (server == -1) {
        perror(argv[1]);
        return 3;
    }
    signal(SIGPIPE, SIG_IGN);
    snprintf(own, sizeof own, "%s.%d", argv[1], (int)getpid());
    if (mkfifo(own, 0600) == -1) {
        perror(own);
        return 1;
    }
    atexit(remove_own);

    /* Open for both: this does not wait for the server, and the read below never sees the end. */
    int fd = open(own, O_RDWR);
    if (fd == -1 || dprintf(server, "%d %ld\n", (int)getpid(), count) < 0) {
        perror("client");
        return 1;
    }
    long number;
    FILE *answers = fdopen(fd, "r");
    if (answers == NULL || fscanf(answers, "%ld", &number) != 1)
        return 1;
    printf("%ld\n", number);
    return 0;
}
