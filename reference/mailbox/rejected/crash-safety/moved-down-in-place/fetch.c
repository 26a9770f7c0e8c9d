/* Wrong: fetch moves the messages down in the file and then shortens it: killed in between, some are there twice. */
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
    int fd = open(argv[1], O_WRONLY);
    if (fd == -1)
        die(argv[1]);
    write_all(fd, rest, text + size - rest);
    if (ftruncate(fd, text + size - rest) == -1 || close(fd) == -1)
        die(argv[1]);
    close(lock);
    printf("%.*s", (int)(rest - text), text);
    return 0;
}
