#include <fcntl.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    char byte;
    int fifo = argc == 2 ? open(argv[1], O_WRONLY) : -1;

    if (fifo == -1)
        return 1;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    return 0;
}
