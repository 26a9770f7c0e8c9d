/* give FIFO TEXT, with stdio: one fprintf into a full buffer is one write when the stream is closed. */
#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: give FIFO TEXT\n");
        return 2;
    }
    FILE *fifo = fopen(argv[1], "w");
    if (fifo == NULL) {
        perror(argv[1]);
        return 1;
    }
    fprintf(fifo, "%s\n", argv[2]);
    return fclose(fifo) == 0 ? 0 : 1;
}
