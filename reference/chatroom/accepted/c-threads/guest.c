/* A thread sends what is typed; the main thread prints what comes, line by line. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int room;

static void *talk(void *unused)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    while ((length = getline(&line, &size, stdin)) > 0)
        if (send(room, line, length, MSG_NOSIGNAL) != length)
            break;
    free(line);
    shutdown(room, SHUT_WR);
    return unused;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: guest PORT NAME\n");
        return 2;
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    address.sin_addr.s_addr = inet_addr("127.0.0.1");
    room = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(room, (struct sockaddr *)&address, sizeof address) == -1) {
        perror("guest");
        return 1;
    }
    dprintf(room, "%s\n", argv[2]);
    pthread_t thread;
    if (pthread_create(&thread, NULL, talk, NULL) != 0)
        return 1;
    FILE *in = fdopen(room, "r");
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, in) > 0) {
        fputs(line, stdout);
        fflush(stdout);
    }
    _exit(0);
}
