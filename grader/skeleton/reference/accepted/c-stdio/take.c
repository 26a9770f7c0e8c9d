/* take FIFO, with stdio: line by line. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: take FIFO\n");
        return 2;
    }
    FILE *fifo = fopen(argv[1], "r");
    if (fifo == NULL) {
        perror(argv[1]);
        return 1;
    }
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, fifo) != -1) {
        fputs(line, stdout);
        fflush(stdout);
    }
    free(line);
    return fclose(fifo) == 0 ? 0 : 1;
}
