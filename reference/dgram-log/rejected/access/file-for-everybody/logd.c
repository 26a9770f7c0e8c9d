/* Wrong: everybody may read FILE. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static volatile sig_atomic_t ended;

static void on_term(int number)
{
    (void)number;
    ended = 1;
}

static void append(FILE *log, const char *text, size_t size)
{
    static long count;
    fprintf(log, "%ld ", ++count);
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n')
            fputs("\\n", log);
        else
            putc(text[i], log);
    }
    putc('\n', log);
    fflush(log);
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: logd SOCKET FILE\n");
        return 2;
    }
    umask(0133);
    FILE *log = fopen(argv[2], "a");
    umask(0177);
    if (log == NULL) {
        perror(argv[2]);
        return 1;
    }

    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    struct sigaction action = {.sa_handler = on_term};
    sigaction(SIGTERM, &action, NULL);

    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == -1) {
        perror(argv[1]);
        return 1;
    }

    static char text[1 << 18];
    struct pollfd waited = {.fd = fd, .events = POLLIN};
    while (!ended)
        if (ppoll(&waited, 1, NULL, &before) == 1)
            append(log, text, recv(fd, text, sizeof text, 0));

    ssize_t size;
    while ((size = recv(fd, text, sizeof text, MSG_DONTWAIT)) != -1)
        append(log, text, size);
    unlink(argv[1]);
    return fclose(log) == EOF ? 1 : 0;
}
