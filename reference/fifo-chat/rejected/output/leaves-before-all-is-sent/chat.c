/* Wrong: /quit does not wait until the lines before it are written. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct line {
    struct line *next;
    size_t length;
    char text[];
};

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct line *first, **end; /* a line stays in the queue until it is written */
    bool broken;               /* the peer reads no more */
} queue = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, &queue.first, false};

static char mine[4096], theirs[4096];
static const char *peer;

static void fail(const char *what)
{
    perror(what);
    _exit(1);
}

static void make_fifo(const char *name)
{
    if (mkfifo(name, S_IRUSR | S_IWUSR) != 0 && errno != EEXIST)
        fail(name);
}

static void *listener(void *argument)
{
    int fd = *(int *)argument;
    struct pollfd first = {.fd = fd, .events = POLLIN};
    if (poll(&first, 1, -1) == -1) /* until the peer came and wrote, or came and went */
        fail("poll");
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);

    FILE *in = fdopen(fd, "r");
    setvbuf(stdout, NULL, _IOFBF, 1 << 16); /* one write a line, flushed by hand */
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    while ((length = getline(&line, &size, in)) > 0) {
        printf("%s: %s%s", peer, line, line[length - 1] == '\n' ? "" : "\n");
        fflush(stdout);
    }
    printf("%s left\n", peer);
    fflush(stdout);
    unlink(mine);
    _exit(0);
}

static void *talker(void *unused)
{
    (void)unused;
    int fd;
    while ((fd = open(theirs, O_WRONLY)) == -1 && errno == ENOENT)
        make_fifo(theirs);
    if (fd == -1)
        fail(theirs);

    pthread_mutex_lock(&queue.mutex);
    while (!queue.broken) {
        struct line *line = queue.first;
        if (line == NULL) {
            pthread_cond_wait(&queue.changed, &queue.mutex);
            continue;
        }
        pthread_mutex_unlock(&queue.mutex);
        size_t done = 0;
        ssize_t count = 0;
        while (done < line->length && (count = write(fd, line->text + done, line->length - done)) > 0)
            done += count;
        pthread_mutex_lock(&queue.mutex);
        queue.broken = count == -1; /* EPIPE; the listener will see that the peer left, and end us all */
        queue.first = line->next;
        if (queue.first == NULL)
            queue.end = &queue.first;
        free(line);
        pthread_cond_broadcast(&queue.changed);
    }
    pthread_mutex_unlock(&queue.mutex);
    return NULL;
}

static void put(const char *text, size_t length)
{
    struct line *line = malloc(sizeof *line + length + 1);
    if (line == NULL)
        fail("malloc");
    memcpy(line->text, text, length);
    if (text[length - 1] != '\n')
        line->text[length++] = '\n';
    line->length = length;
    line->next = NULL;
    pthread_mutex_lock(&queue.mutex);
    *queue.end = line;
    queue.end = &line->next;
    pthread_cond_broadcast(&queue.changed);
    pthread_mutex_unlock(&queue.mutex);
}

static void leave(void)
{
    unlink(mine);
    _exit(0);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s ME PEER\n", argv[0]);
        return 2;
    }
    peer = argv[2];
    snprintf(mine, sizeof mine, "%s.fifo", argv[1]);
    snprintf(theirs, sizeof theirs, "%s.fifo", peer);
    signal(SIGPIPE, SIG_IGN);

    make_fifo(mine);
    make_fifo(theirs);
    int incoming = open(mine, O_RDONLY | O_NONBLOCK);
    if (incoming == -1)
        fail(mine);

    pthread_t threads[2];
    if (pthread_create(&threads[0], NULL, listener, &incoming) != 0
        || pthread_create(&threads[1], NULL, talker, NULL) != 0)
        fail("pthread_create");

    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    while ((length = getline(&line, &size, stdin)) > 0 && strcmp(line, "/quit\n") != 0
           && strcmp(line, "/quit") != 0)
        put(line, length);
    leave();
}
