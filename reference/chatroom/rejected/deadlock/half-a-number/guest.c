/* Two processes: the child sends what is typed, the parent prints what comes. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void copy(int from, int to)
{
    char data[4096];
    for (ssize_t count; (count = read(from, data, sizeof data)) > 0;)
        for (ssize_t done = 0, now; done < count; done += now)
            if ((now = write(to, data + done, count - done)) < 0)
                return;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: guest PORT NAME\n", stderr);
        return 2;
    }
    struct sockaddr_in room = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    inet_pton(AF_INET, "127.0.0.1", &room.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&room, sizeof room)) {
        perror("guest");
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    dprintf(fd, "%s\n", argv[2]);
    pid_t sender = fork();
    if (sender == -1)
        return 1;
    if (sender == 0) {
        copy(STDIN_FILENO, fd);
        shutdown(fd, SHUT_WR);
        _exit(0);
    }
    copy(fd, STDOUT_FILENO);
    kill(sender, SIGKILL);
    wait(NULL);
    return 0;
}
