/* Wrong: locks with fcntl, which knows nothing of the locks of flock, and the other way round. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
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
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_SETLKW, &lock) == -1) {
        perror("fcntl");
        return 1;
    }
    printf("writing\n");
    fflush(stdout);
    while ((c = getchar()) != '\n' && c != EOF)
        ;
    ftruncate(fd, 0);
    dprintf(fd, "%s\n", argv[2]);
    close(fd);
    return 0;
}
