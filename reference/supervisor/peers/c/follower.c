/*
 * follower FIFO PID - waits until who has opened FIFO for writing has ended, then sends SIGTERM to PID
 *
 * End of file comes when the last writer has closed its end, at its death at the latest: a moment before its parent
 * learns of it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: follower FIFO PID\n");
        return 2;
    }
    int fifo = open(argv[1], O_RDONLY);
    if (fifo == -1) {
        perror(argv[1]);
        return 1;
    }
    char byte;
    while (read(fifo, &byte, 1) > 0)
        ;
    close(fifo);
    if (kill((pid_t)atol(argv[2]), SIGTERM) == -1) {
        perror("follower: kill");
        return 1;
    }
    return 0;
}
