#include "box.h"

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: fetch FILE\n");
        return 2;
    }
    size_t size;
    int lock = lock_box(argv[1]);
    char *text = read_box(argv[1], &size);
    if (size == 0)
        return 3;
    char *rest = (char *)memchr(text, '\n', size) + 1;
    write_box(argv[1], rest, text + size - rest);
    close(lock);
    printf("%.*s", (int)(rest - text), text);
    return 0;
}
