/* Wrong: post opens FILE before it has the lock: it may have been replaced by then. */
#include "box.h"

int main(int argc, char *argv[])
{
    if (argc != 3 || strchr(argv[2], '\n') != NULL) {
        fprintf(stderr, "usage: post FILE TEXT\n");
        return 2;
    }
    size_t size, length = strlen(argv[2]);
    int fd = open(argv[1], O_RDONLY | O_CREAT, 0600);
    int lock = lock_box(argv[1]);
    struct stat status;
    if (fd == -1 || fstat(fd, &status) == -1)
        die(argv[1]);
    char *text = malloc(status.st_size + 1);
    size = 0;
    ssize_t got;
    while ((got = read(fd, text + size, status.st_size - size)) > 0)
        size += got;
    text = realloc(text, size + length + 1);
    memcpy(text + size, argv[2], length);
    text[size + length] = '\n';
    write_box(argv[1], text, size + length + 1);
    close(lock);
    return 0;
}
