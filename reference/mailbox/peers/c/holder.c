/*
 * holder FILE
 *
 * Helper: locks FILE with flock (creating it if need be), prints `locked`, and holds the lock until its standard
 * input ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: holder FILE\n");
        return 2;
    }
    int fd = open(argv[1], O_RDWR | O_CREAT, 0600);
    if (fd == -1 || flock(fd, LOCK_EX) == -1) {
        fprintf(stderr, "holder: %s: %s\n", argv[1], strerror(errno));
        return EXIT_FAILURE;
    }
    puts("locked");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return EXIT_SUCCESS;
}
