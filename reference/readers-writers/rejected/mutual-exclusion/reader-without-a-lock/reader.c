/* Wrong: a reader takes no lock at all; it only looks. */
#include <fcntl.h>
#include <stdio.h>
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
    printf("reading\n");
    fflush(stdout);
    while ((c = getchar()) != '\n' && c != EOF)
        ;
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        fwrite(buffer, 1, n, stdout);
    fflush(stdout);
    close(fd);
    return 0;
}
