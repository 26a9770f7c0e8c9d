#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATH "/tmp/ss7"

int main(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = PATH};
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    char line[256];

    if (server == -1 || connect(server, (struct sockaddr *)&address, sizeof address) == -1) {
        perror(PATH);
        return 1;
    }
    FILE *answers = fdopen(server, "r");
    while (answers && fgets(line, sizeof line, stdin)) {
        if (write(server, line, strlen(line)) == -1 || !fgets(line, sizeof line, answers)) {
            fputs("the server has gone\n", stderr);
            return 1;
        }
        fputs(line, stdout);
        fflush(stdout);
    }
    return 0;
}
