#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int c;

    if (argc != 3 || strchr(argv[2], '\n')) {
        fprintf(stderr, "usage: writer FILE TEXT\n");
        return 2;
    }
    int fd = open(argv[1], O_WRONLY | O_CREAT, 0600);
    if (fd == -1) {
        perror(argv[1]);
        return 1;
    }
    if (flock(fd, LOCK_EX) == -1) {
        perror("flock");
        return 1;
    }
    printf("writing\n");
    fflush(stdout);
    while ((c = getchar()) != '\n' && c != EOF)
        ;
    ftruncate(fd, 0);
    dprintf(fd, "%s\n", argv[2]);
    flock(fd, LOCK_UN);
    close(fd);
    return 0;
}
