/*
 * twins PORT LINES - two guests at once, castor and pollux; when both have heard LINES lines that somebody said, prints
 * whether both have heard them in the same order: `same order` or `other order`
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TEXT = 4096 };

static FILE *join(int port, const char *name)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == -1) {
        perror("twins");
        exit(1);
    }
    dprintf(fd, "%s\n", name);
    return fdopen(fd, "r");
}

/* Reads until so many lines with a colon have come, and puts them into text. */
static void hear(FILE *room, int lines, char *text)
{
    char line[TEXT];
    text[0] = '\0';
    while (lines > 0 && fgets(line, sizeof line, room) != NULL) {
        if (strstr(line, ": ") == NULL)
            continue;
        strncat(text, line, TEXT - strlen(text) - 1);
        lines--;
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: twins PORT LINES\n");
        return 2;
    }
    static char one[TEXT], other[TEXT];
    FILE *castor = join(atoi(argv[1]), "castor"), *pollux = join(atoi(argv[1]), "pollux");
    hear(castor, atoi(argv[2]), one);
    hear(pollux, atoi(argv[2]), other);
    puts(strcmp(one, other) == 0 ? "same order" : "other order");
    fclose(castor);
    fclose(pollux);
    return 0;
}
