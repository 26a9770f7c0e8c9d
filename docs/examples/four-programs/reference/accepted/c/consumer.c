#include <stdio.h>
#include <stdlib.h>

#include "buffer.h"

int main(int argc, char *argv[])
{
    struct buffer *buffer = attach();

    for (int left = argc > 1 ? atoi(argv[1]) : 0; left > 0; left--) {
        change(ITEMS, -1);
        change(LOCK, -1);
        int item = buffer->items[buffer->out];
        buffer->out = (buffer->out + 1) % PLACES;
        change(LOCK, 1);
        change(FREE, 1);
        printf("%d\n", item);
        fflush(stdout);
    }
    return 0;
}
