/* Both programs from one source: what it does depends on the name it was compiled for. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static int give(const char *name, char *text)
{
    int fifo = open(name, O_WRONLY);
    struct iovec parts[] = {{text, strlen(text)}, {"\n", 1}};
    return fifo == -1 || writev(fifo, parts, 2) == -1;
}

static int take(const char *name)
{
    int fifo = open(name, O_RDONLY);
    char byte;
    while (fifo != -1 && read(fifo, &byte, 1) == 1)
        if (write(STDOUT_FILENO, &byte, 1) != 1)
            return 1;
    return fifo == -1;
}

int main(int argc, char **argv)
{
    int giving = strcmp(NAME, "give") == 0;
    if (argc != (giving ? 3 : 2)) {
        fprintf(stderr, "usage: give FIFO TEXT, or take FIFO\n");
        return 2;
    }
    return giving ? give(argv[1], argv[2]) : take(argv[1]);
}
