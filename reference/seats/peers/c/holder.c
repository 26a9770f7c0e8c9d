/*
 * holder FILE START LENGTH
 *
 * Helper: locks LENGTH bytes of FILE from START on with fcntl. Prints `locked`, and holds the lock until its standard
 * input ends. FILE must exist.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc != 4) {
        fprintf(stderr, "usage: holder FILE START LENGTH\n");
        return 2;
    }
    struct flock range = {
        .l_type = F_WRLCK,
        .l_whence = SEEK_SET,
        .l_start = atol(argv[2]),
        .l_len = atol(argv[3]),
    };
    int fd = open(argv[1], O_RDWR);
    if (fd == -1 || fcntl(fd, F_SETLKW, &range) == -1) {
        fprintf(stderr, "holder: %s: %s\n", argv[1], strerror(errno));
        return EXIT_FAILURE;
    }
    puts("locked");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return EXIT_SUCCESS;
}
