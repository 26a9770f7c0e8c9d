/* Wrong: whoever reads SIGTERM first does not take the messages that came before it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int complain(const char *what)
{
    fprintf(stderr, "logd: %s: %s\n", what, strerror(errno));
    return -1;
}

/* The line `NUMBER TEXT`, in which each newline of the text is the two characters \n. Returns its size; the caller frees
 * the line. */
static size_t make_line(long number, const char *text, size_t size, char **line)
{
    *line = malloc(32 + 2 * size);
    if (*line == NULL)
        return 0;
    size_t used = sprintf(*line, "%ld ", number);
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n') {
            (*line)[used++] = '\\';
            (*line)[used++] = 'n';
        } else {
            (*line)[used++] = text[i];
        }
    }
    (*line)[used++] = '\n';
    return used;
}

/*
 * Take one message, if there is one, and append it. Returns 1, 0 if there is none, -1 on a failure.
 *
 * recv cuts off what does not fit into the buffer, and it is gone. So the first recv only asks: MSG_PEEK leaves the
 * message where it is, and with MSG_TRUNC the result is its true size.
 */
static int log_one(int socket, int file, long *number)
{
    ssize_t size = recv(socket, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
    if (size == -1)
        return errno == EAGAIN || errno == EINTR ? 0 : complain("recv");

    char *text = malloc(size + 1), *line = NULL; /* + 1: size may be 0 */
    if (text == NULL || (size = recv(socket, text, size, 0)) == -1) {
        free(text);
        return complain("recv");
    }
    size_t length = make_line(++*number, text, size, &line);
    free(text);

    /* One write, so that nobody who reads FILE, or appends to it, sees half a line; and no buffer of stdio, in which it would
     * stay for a while. */
    ssize_t written = line == NULL ? -1 : write(file, line, length);
    free(line);
    return written == (ssize_t)length ? 1 : complain("write");
}

/* Bind a datagram socket to `path`. That makes a file there, whose mode the umask decides. */
static int open_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return complain(path);
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    mode_t mask = umask(0177);
    int result = fd == -1 ? -1 : bind(fd, (struct sockaddr *)&address, sizeof address);
    umask(mask);
    return result == -1 ? complain(path) : fd;
}

static int serve(int socket, int signals, int file)
{
    long number = 0;
    struct pollfd waited[] = {{.fd = socket, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    while (waited[1].revents == 0) {
        if (poll(waited, 2, -1) == -1) {
            if (errno != EINTR)
                return complain("poll");
            continue;
        }
        int more = waited[1].revents == 0;
        while (more == 1)
            more = log_one(socket, file, &number);
        if (more == -1)
            return -1;
    }
    return number;
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: logd SOCKET FILE\n");
        return 2;
    }
    /* First of all: from here on SIGTERM waits in the kernel until it is read from a descriptor, and cannot come between a
     * look and a sleep, nor end us while the socket's file is there. */
    sigset_t terminate;
    sigemptyset(&terminate);
    sigaddset(&terminate, SIGTERM);
    sigprocmask(SIG_BLOCK, &terminate, NULL);
    int signals = signalfd(-1, &terminate, SFD_CLOEXEC);

    int file = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (signals == -1 || file == -1) {
        complain(argv[2]);
        return EXIT_FAILURE;
    }
    int socket = open_socket(argv[1]);
    if (socket == -1)
        return EXIT_FAILURE;

    long number = serve(socket, signals, file);
    unlink(argv[1]);
    return number == -1 ? EXIT_FAILURE : EXIT_SUCCESS;
}
