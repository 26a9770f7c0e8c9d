#include <stdlib.h>

#include "buffer.h"

int main(int argc, char *argv[])
{
    struct buffer *buffer = attach();

    for (int i = 1; i < argc; i++) {
        change(FREE, -1);
        change(LOCK, -1);
        buffer->items[buffer->in] = atoi(argv[i]);
        buffer->in = (buffer->in + 1) % PLACES;
        change(LOCK, 1);
        change(ITEMS, 1);
    }
    return 0;
}
