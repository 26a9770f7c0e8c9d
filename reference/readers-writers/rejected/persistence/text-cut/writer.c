/* Wrong: puts the line together in an array of 1024 bytes; the rest of a longer text is lost. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char line[1024];
    int c, size;

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
    size = snprintf(line, sizeof line - 1, "%s", argv[2]);
    if (size > (int)sizeof line - 2)
        size = sizeof line - 2;
    line[size] = '\n';
    write(fd, line, size + 1);
    flock(fd, LOCK_UN);
    close(fd);
    return 0;
}
