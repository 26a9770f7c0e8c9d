/*
 * take FIFO - print what comes through a FIFO
 *
 * open waits until somebody writes. read returns 0 when the last writer has closed: that is the end.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: take FIFO\n");
        return 2;
    }
    int fifo = open(argv[1], O_RDONLY);
    if (fifo == -1) {
        perror(argv[1]);
        return 1;
    }
    char text[4096];
    ssize_t size;
    while ((size = read(fifo, text, sizeof text)) > 0)
        for (ssize_t done = 0, more; done < size; done += more)
            if ((more = write(STDOUT_FILENO, text + done, size - done)) == -1) {
                perror("take: write");
                return 1;
            }
    if (size == -1) {
        perror("take: read");
        return 1;
    }
    return 0;
}
