#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    char *end = "?";
    long letters = argc == 3 ? strtol(argv[2], &end, 10) : 0;

    if (letters < 1 || *end != '\0') {
        fprintf(stderr, "usage: slave FIFO N\n");
        return 1;
    }
    int fifo = open(argv[1], O_WRONLY);
    if (fifo == -1) {
        perror(argv[1]);
        return 1;
    }
    srand((unsigned)getpid());
    while (letters-- > 0) {
        char date[16], letter[64];

        sleep((unsigned)(2 + rand() % 4));
        time_t now = time(NULL);
        strftime(date, sizeof date, "%T", localtime(&now));
        snprintf(letter, sizeof letter, "%d %s\n", (int)getpid(), date);
        if (write(fifo, letter, strlen(letter)) == -1) {
            perror("write");
            return 1;
        }
    }
    return 0;
}
