/* Accepted: a thread for each guest reads, and passes on with one lock round all sends, none of which waits. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX = 100 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int listening[MAX]; /* connections of those who have told their names; 0: free */
static int door;

static void pass_on(int from, const char *name, const char *between, const char *text)
{
    char *line = NULL;
    size_t size = 0;
    FILE *build = open_memstream(&line, &size);
    if (build == NULL)
        return;
    fprintf(build, "%s%s%s\n", name, between, text);
    fclose(build);
    pthread_mutex_lock(&lock);
    for (int i = 0; i < MAX; i++) {
        int fd = listening[i];
        if (fd != 0 && fd != from && send(fd, line, size, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)size) {
            shutdown(fd, SHUT_RDWR); /* too slow, or dead; its thread sees the end, if it still reads */
            listening[i] = 0;
        }
    }
    pthread_mutex_unlock(&lock);
    free(line);
}

static void add(int fd)
{
    pthread_mutex_lock(&lock);
    for (int i = 0; i < MAX; i++) {
        if (listening[i] == 0) {
            listening[i] = fd;
            break;
        }
    }
    pthread_mutex_unlock(&lock);
}

static void *serve(void *argument)
{
    int fd = (int)(long)argument;
    FILE *in = fdopen(fd, "r");
    char *name = NULL, *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, in) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (name != NULL) {
            pass_on(fd, name, ": ", line);
        } else {
            name = strdup(line);
            add(fd);
            pass_on(fd, name, " joined", "");
        }
    }
    if (name != NULL)
        pass_on(fd, name, " left", "");
    free(name);
    free(line);
    return NULL; /* the connection stays open: it may still listen */
}

static void *let_in(void *unused)
{
    pthread_t thread;
    for (int fd; (fd = accept(door, NULL, NULL)) != -1;)
        if (pthread_create(&thread, NULL, serve, (void *)(long)fd) == 0)
            pthread_detach(thread);
    return unused;
}

int main(int argc, char **argv)
{
    if (argc != 2 || *argv[1] == '\0' || argv[1][strspn(argv[1], "0123456789")] != '\0') {
        fprintf(stderr, "usage: room PORT\n");
        return 2;
    }
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &term, NULL);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    address.sin_addr.s_addr = inet_addr("127.0.0.1");
    socklen_t size = sizeof address;
    door = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, (int[]){1}, sizeof(int));
    if (bind(door, (struct sockaddr *)&address, size) == -1 || listen(door, 20) == -1) {
        perror("room");
        return 1;
    }
    getsockname(door, (struct sockaddr *)&address, &size);
    printf("listening %d\n", ntohs(address.sin_port));
    fflush(stdout);
    pthread_t thread;
    int number;
    if (pthread_create(&thread, NULL, let_in, NULL) != 0)
        return 1;
    sigwait(&term, &number);
    _exit(0);
}
