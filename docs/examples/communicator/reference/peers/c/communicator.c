#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "myfifo"
#define MODE 0600

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void make_fifo(void)
{
    struct stat status;

    if (stat(NAME, &status) == 0 && (status.st_mode & 07777) != MODE && unlink(NAME) == -1)
        die(NAME);
    umask(0);
    if (mkfifo(NAME, MODE) == -1 && errno != EEXIST)
        die(NAME);
}

static void copy(int from, int to)
{
    char text[512];
    ssize_t got;

    while ((got = read(from, text, sizeof text)) > 0)
        for (ssize_t sent = 0, n; sent < got; sent += n)
            if ((n = write(to, text + sent, (size_t)(got - sent))) == -1)
                die("write");
    if (got == -1)
        die("read");
}

int main(int argc, char *argv[])
{
    int sends = argc == 2 && strcmp(argv[1], "-s") == 0;

    if (argc > 1 && !sends) {
        fprintf(stderr, "usage: communicator [-s]\n");
        return 1;
    }
    if (!sends)
        make_fifo();
    int fifo = open(NAME, sends ? O_WRONLY : O_RDONLY);
    if (fifo == -1)
        die(NAME);
    if (sends)
        copy(STDIN_FILENO, fifo);
    else
        copy(fifo, STDOUT_FILENO);
    return 0;
}
