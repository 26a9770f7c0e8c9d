/* Accepted: a thread for each window and one for standard input; the main thread waits for SIGTERM. */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct window {
    int fd;
    char name[128];
    struct window *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* for the list, the names and stdout */
static struct window *windows;
static int listener;

static bool begins(const char *line, const char *word, const char **rest)
{
    size_t length = strlen(word);
    *rest = line + length;
    return strncmp(line, word, length) == 0;
}

static void *serve(void *argument)
{
    struct window *self = argument;
    FILE *in = fdopen(dup(self->fd), "r");
    char *line = NULL;
    size_t room = 0;
    while (in != NULL && getline(&line, &room, in) > 0) {
        const char *rest;
        line[strcspn(line, "\n")] = '\0';
        pthread_mutex_lock(&lock);
        if (begins(line, "name ", &rest))
            snprintf(self->name, sizeof self->name, "%s", rest);
        else if (begins(line, "draw ", &rest))
            printf("%s: %s\n", self->name, rest);
        fflush(stdout);
        pthread_mutex_unlock(&lock);
    }
    pthread_mutex_lock(&lock);
    struct window **link = &windows;
    while (*link != self)
        link = &(*link)->next;
    *link = self->next;
    close(self->fd);
    pthread_mutex_unlock(&lock);
    if (in != NULL)
        fclose(in);
    free(self);
    free(line);
    return NULL;
}

static void *welcome(void *unused)
{
    for (int fd; (fd = accept(listener, NULL, NULL)) != -1;) {
        struct window *window = calloc(1, sizeof *window);
        pthread_t thread;
        if (window == NULL)
            return unused;
        window->fd = fd;
        pthread_mutex_lock(&lock);
        window->next = windows;
        windows = window;
        pthread_mutex_unlock(&lock);
        if (pthread_create(&thread, NULL, serve, window) == 0)
            pthread_detach(thread);
    }
    return unused;
}

static void *obey(void *unused)
{
    char *line = NULL, focus[128] = "";
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        const char *rest;
        if (begins(line, "focus ", &rest)) {
            snprintf(focus, sizeof focus, "%.*s", (int)strcspn(rest, "\n"), rest);
        } else if (begins(line, "key ", &rest)) {
            pthread_mutex_lock(&lock);
            for (struct window *window = windows; window != NULL; window = window->next)
                if (strcmp(window->name, focus) == 0)
                    send(window->fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
            pthread_mutex_unlock(&lock);
        }
    }
    free(line);
    return unused;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: display SOCKET\n");
        return 2;
    }
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &term, NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    int probe = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(probe, (struct sockaddr *)&address, sizeof address) == 0) {
        fprintf(stderr, "display: %s is taken\n", argv[1]);
        return 1;
    }
    close(probe);
    remove(argv[1]);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1 || chmod(argv[1], 0600) == -1 ||
        listen(listener, 20) == -1) {
        perror(argv[1]);
        return 1;
    }
    pthread_t thread;
    if (pthread_create(&thread, NULL, welcome, NULL) != 0 || pthread_create(&thread, NULL, obey, NULL) != 0)
        return 1;
    int number;
    sigwait(&term, &number);
    remove(argv[1]);
    _exit(0);
}
