/* Wrong: puts the message into an array of 1024 bytes first; the rest of a longer one is lost. */
#include "box.h"

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: fetch FILE\n");
        return 2;
    }
    char line[1024];
    size_t size;
    int lock = lock_box(argv[1]);
    char *text = read_box(argv[1], &size);
    if (size == 0)
        return 3;
    char *rest = (char *)memchr(text, '\n', size) + 1;
    write_box(argv[1], rest, text + size - rest);
    close(lock);
    snprintf(line, sizeof line, "%.*s", (int)(rest - text - 1), text);
    puts(line);
    return 0;
}
