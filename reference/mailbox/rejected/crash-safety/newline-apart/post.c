/* Wrong: post appends the text and the newline by two writes: killed in between, the next message becomes part of this one. */
#include "box.h"

int main(int argc, char *argv[])
{
    if (argc != 3 || strchr(argv[2], '\n') != NULL) {
        fprintf(stderr, "usage: post FILE TEXT\n");
        return 2;
    }
    size_t length = strlen(argv[2]);
    int lock = lock_box(argv[1]);
    int fd = open(argv[1], O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (fd == -1)
        die(argv[1]);
    write_all(fd, argv[2], length);
    write_all(fd, "\n", 1);
    close(fd);
    close(lock);
    return 0;
}
