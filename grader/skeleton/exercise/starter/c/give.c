/* give FIFO TEXT - leave a line in a FIFO. Something is missing: read the handout. */
#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: give FIFO TEXT\n");
        return 2;
    }
    printf("I would like to write \"%s\" into %s\n", argv[2], argv[1]);
    return 0;
}
