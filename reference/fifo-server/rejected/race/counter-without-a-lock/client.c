#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire.h"

static int talk(const char *fifo, const char *count, const char *path)
{
    char line[64];
    int server = open(fifo, O_WRONLY);
    if (server == -1 || dprintf(server, "%ld %s\n", (long)getpid(), count) < 0) {
        perror(fifo);
        return 1;
    }
    close(server);
    int answer = open(path, O_RDONLY);
    if (answer == -1 || read_line(answer, line, sizeof line) <= 0) {
        perror(path);
        return 1;
    }
    fputs(line, stdout);
    return 0;
}

int main(int argc, char *argv[])
{
    if (argc != 3 || *argv[2] == '\0' || strspn(argv[2], "0123456789") != strlen(argv[2])) {
        fprintf(stderr, "usage: client FIFO COUNT\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    char *path = reply_path(argv[1], getpid());
    if (path == NULL || mkfifo(path, 0600) == -1) {
        perror("mkfifo");
        return 1;
    }
    int status = talk(argv[1], argv[2], path);
    unlink(path);
    free(path);
    return status;
}
