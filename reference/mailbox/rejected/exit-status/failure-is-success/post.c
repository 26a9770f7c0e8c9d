#include "box.h"

int main(int argc, char *argv[])
{
    if (argc != 3 || strchr(argv[2], '\n') != NULL) {
        fprintf(stderr, "usage: post FILE TEXT\n");
        return 2;
    }
    size_t size, length = strlen(argv[2]);
    int lock = lock_box(argv[1]);
    char *text = read_box(argv[1], &size);
    text = realloc(text, size + length + 1);
    memcpy(text + size, argv[2], length);
    text[size + length] = '\n';
    write_box(argv[1], text, size + length + 1);
    close(lock);
    return 0;
}
