/*
 * give FIFO TEXT - leave a line in a FIFO
 *
 * open waits until somebody reads. The line goes out with one write: up to PIPE_BUF bytes (4096 on Linux) then
 * stay together, whoever else writes at the same time.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: give FIFO TEXT\n");
        return 2;
    }
    char line[4096];
    int length = snprintf(line, sizeof line, "%s\n", argv[2]);
    if (length >= (int)sizeof line) {
        fprintf(stderr, "give: the text is too long to stay whole\n");
        return 1;
    }
    int fifo = open(argv[1], O_WRONLY);
    if (fifo == -1) {
        perror(argv[1]);
        return 1;
    }
    if (write(fifo, line, length) != length) {
        perror("give: write");
        return 1;
    }
    return close(fifo) == -1;
}
