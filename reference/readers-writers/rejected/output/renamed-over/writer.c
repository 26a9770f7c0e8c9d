/* Wrong: writes a new file and renames it to FILE: who waits for the lock has the old one afterwards. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char other[4096];
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
    snprintf(other, sizeof other, "%s.new", argv[1]);
    int out = open(other, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dprintf(out, "%s\n", argv[2]);
    close(out);
    rename(other, argv[1]);
    flock(fd, LOCK_UN);
    close(fd);
    return 0;
}
