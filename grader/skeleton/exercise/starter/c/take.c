/* take FIFO - print what comes through a FIFO. Something is missing: read the handout. */
#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: take FIFO\n");
        return 2;
    }
    printf("I would like to read from %s\n", argv[1]);
    return 0;
}
