/*
 * talker PORT NAME LINES SIZE - a guest that waits for a line on its standard input and then says LINES lines of SIZE
 * bytes; then it reads what the others say, to the end, and prints nothing
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: talker PORT NAME LINES SIZE\n");
        return 2;
    }
    int lines = atoi(argv[3]), size = atoi(argv[4]);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == -1) {
        perror("talker");
        return 1;
    }
    dprintf(fd, "%s\n", argv[2]);
    char data[4096];
    if (read(STDIN_FILENO, data, sizeof data) <= 0)
        return 0;
    memset(data, '.', sizeof data);
    for (int i = 1; i <= lines; i++)
        dprintf(fd, "%d %.*s\n", i, size, data);
    while (read(fd, data, sizeof data) > 0)
        ;
    return 0;
}
