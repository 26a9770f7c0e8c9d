#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char buffer[1024];
    ssize_t n;
    int c;

    if (argc != 2) {
        fprintf(stderr, "usage: reader FILE\n");
        return 2;
    }
    int fd = open(argv[1], O_RDONLY | O_CREAT, 0600);
    if (fd == -1) {
        perror(argv[1]);
        return 1;
    }
    if (flock(fd, LOCK_SH) == -1) {
        perror("flock");
        return 1;
    }
    printf("reading\n");
    fflush(stdout);
    while ((c = getchar()) != '\n' && c != EOF)
        ;
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        fwrite(buffer, 1, n, stdout);
    fflush(stdout);
    flock(fd, LOCK_UN);
    close(fd);
    return 0;
}
