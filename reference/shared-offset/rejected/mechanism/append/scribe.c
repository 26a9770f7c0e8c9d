/* Wrong: opens with O_APPEND, and so it is not the shared position that keeps the lines apart. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int count(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text) ? atoi(text) : -1;
}

int main(int argc, char **argv)
{
    char line[64], buffer[1024];
    ssize_t n;

    if (argc != 4 || count(argv[2]) < 0 || count(argv[3]) < 0) {
        fprintf(stderr, "usage: scribe FILE CHILDREN LINES\n");
        return 2;
    }
    int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
    if (fd == -1) {
        perror(argv[1]);
        return 1;
    }
    for (int child = 1; child <= count(argv[2]); child++) {
        if (fork() == 0) {
            for (int i = 1; i <= count(argv[3]); i++) {
                sprintf(line, "child %d line %d\n", child, i);
                write(fd, line, strlen(line));
            }
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
    lseek(fd, 0, SEEK_SET);
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        write(1, buffer, n);
    return 0;
}
