#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    char text[512];
    ssize_t got;

    if (argc != 2) {
        fprintf(stderr, "usage: master FIFO\n");
        return 1;
    }
    if (mkfifo(argv[1], 0600) == -1 && errno != EEXIST) {
        perror(argv[1]);
        return 1;
    }
    int fifo = open(argv[1], O_RDONLY);
    if (fifo == -1) {
        perror(argv[1]);
        return 1;
    }
    while ((got = read(fifo, text, sizeof text)) > 0) {
        fwrite(text, 1, (size_t)got, stdout);
        fflush(stdout);
    }
    return got == 0 ? 0 : 1;
}
