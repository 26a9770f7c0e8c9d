/* Wrong: each guest has a thread that passes on what it says; two of them can pass each other. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { GUESTS = 32, TEXT = 4096 };

struct guest {
    int fd;
    char name[256];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct guest *guests[GUESTS];
static int listener;

static void say(struct guest *speaker, const char *between, const char *text)
{
    char line[2 * TEXT];
    int size = snprintf(line, sizeof line, "%s%s%s\n", speaker->name, between, text), fds[GUESTS], count = 0;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < GUESTS; i++)
        if (guests[i] != NULL && guests[i] != speaker)
            fds[count++] = guests[i]->fd;
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < count; i++)
        if (send(fds[i], line, size, MSG_NOSIGNAL | MSG_DONTWAIT) != size)
            shutdown(fds[i], SHUT_RDWR);
}

static void add(struct guest *guest)
{
    pthread_mutex_lock(&lock);
    int i = 0;
    while (i < GUESTS - 1 && guests[i] != NULL)
        i++;
    guests[i] = guest;
    pthread_mutex_unlock(&lock);
}

static void *serve(void *argument)
{
    struct guest *guest = argument;
    char line[TEXT];
    FILE *in = fdopen(guest->fd, "r");
    while (fgets(line, sizeof line, in) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (guest->name[0] != '\0') {
            say(guest, ": ", line);
        } else {
            snprintf(guest->name, sizeof guest->name, "%.255s", line);
            add(guest);
            say(guest, " joined", "");
        }
    }
    say(guest, " left", "");
    return NULL;
}

static void *welcome(void *unused)
{
    (void)unused;
    for (;;) {
        struct guest *guest = calloc(1, sizeof *guest);
        pthread_t thread;
        guest->fd = accept(listener, NULL, NULL);
        pthread_create(&thread, NULL, serve, guest);
        pthread_detach(thread);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 2 || argv[1][strspn(argv[1], "0123456789")] != '\0') {
        fprintf(stderr, "usage: room PORT\n");
        return 2;
    }
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    struct sockaddr_in address = {AF_INET, htons(atoi(argv[1])), {htonl(INADDR_LOOPBACK)}, {0}};
    socklen_t size = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, (struct sockaddr *)&address, size) == -1 || listen(listener, 16) == -1) {
        perror("room");
        return 1;
    }
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("listening %d\n", ntohs(address.sin_port));
    fflush(stdout);
    pthread_t thread;
    int number;
    pthread_create(&thread, NULL, welcome, NULL);
    sigwait(&term, &number);
    exit(0);
}
