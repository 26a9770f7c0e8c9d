/* Two processes: the child prints what comes from the display, the parent sends what is typed. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int copy_lines(FILE *from, FILE *to, const char *before)
{
    static char line[1 << 16];
    while (fgets(line, sizeof line, from))
        if (fprintf(to, "%s%s", before, line) < 0 || fflush(to) == EOF)
            return 1;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: window SOCKET NAME\n");
        return 2;
    }
    struct sockaddr_un display = {.sun_family = AF_UNIX};
    strncpy(display.sun_path, argv[1], sizeof display.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&display, sizeof display) == -1) {
        perror(argv[1]);
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
    fprintf(out, "name %s\n", argv[2]);
    fflush(out);
    pid_t printer = fork();
    if (printer == -1)
        return 1;
    if (printer == 0) {
        copy_lines(in, stdout, "");
        _exit(0);
    }
    int status = copy_lines(stdin, out, "draw ");
    kill(printer, SIGTERM);
    waitpid(printer, NULL, 0);
    return status;
}
