/* Wrong: send waits for a guest that reads nothing, and all others wait with it. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { GUESTS = 32, TEXT = 4096 };

static struct guest {
    int fd, silent;
    char name[256], text[TEXT];
    size_t size;
} guests[GUESTS];
static volatile sig_atomic_t closing;

static void on_term(int number)
{
    (void)number;
    closing = 1;
}

static void leave(struct guest *guest)
{
    close(guest->fd);
    guest->fd = -1;
}

static void say(struct guest *speaker, const char *between, const char *text)
{
    char line[2 * TEXT];
    int size = snprintf(line, sizeof line, "%s%s%s\n", speaker->name, between, text);
    for (struct guest *other = guests; other < guests + GUESTS; other++)
        if (other->fd != -1 && other != speaker && other->name[0] != '\0')
            if (send(other->fd, line, size, MSG_NOSIGNAL) != size)
                shutdown(other->fd, SHUT_RDWR);
}

static void use(struct guest *guest, const char *line)
{
    if (guest->name[0] != '\0') {
        say(guest, ": ", line);
    } else {
        snprintf(guest->name, sizeof guest->name, "%s", line);
        say(guest, " joined", "");
    }
}

static void hear(struct guest *guest)
{
    ssize_t got = read(guest->fd, guest->text + guest->size, TEXT - guest->size);
    if (got <= 0) {
        say(guest, " left", "");
        guest->silent = 1;
        return;
    }
    guest->size += got;
    for (char *end; (end = memchr(guest->text, '\n', guest->size)) != NULL;) {
        char line[TEXT];
        *end = '\0';
        strcpy(line, guest->text);
        guest->size -= end + 1 - guest->text;
        memmove(guest->text, end + 1, guest->size);
        use(guest, line);
    }
}

static void welcome(int listener)
{
    int fd = accept(listener, NULL, NULL);
    for (int i = 0; i < GUESTS; i++) {
        if (guests[i].fd == -1) {
            guests[i] = (struct guest){.fd = fd};
            return;
        }
    }
    close(fd);
}

static void serve(int listener, sigset_t *open)
{
    while (!closing) {
        struct pollfd polled[GUESTS + 1] = {{listener, POLLIN, 0}};
        for (int i = 0; i < GUESTS; i++)
            polled[i + 1] = (struct pollfd){guests[i].fd, guests[i].silent ? 0 : POLLIN, 0};
        if (ppoll(polled, GUESTS + 1, NULL, open) == -1)
            continue;
        for (int i = 0; i < GUESTS; i++) {
            if (polled[i + 1].revents && guests[i].silent)
                leave(&guests[i]);
            else if (polled[i + 1].revents)
                hear(&guests[i]);
        }
        if (polled[0].revents)
            welcome(listener);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2 || argv[1][strspn(argv[1], "0123456789")] != '\0') {
        fprintf(stderr, "usage: room PORT\n");
        return 2;
    }
    sigset_t term, open;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &open);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_term}, NULL);
    for (int i = 0; i < GUESTS; i++)
        guests[i].fd = -1;

    struct sockaddr_in address = {AF_INET, htons(atoi(argv[1])), {htonl(INADDR_LOOPBACK)}, {0}};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, (struct sockaddr *)&address, size) == -1 || listen(listener, 16) == -1) {
        perror("room");
        return 1;
    }
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("listening %d\n", ntohs(address.sin_port));
    fflush(stdout);
    serve(listener, &open);
    return 0;
}
