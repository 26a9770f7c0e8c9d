#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATH "/tmp/ss7"

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void leave(int number)
{
    (void)number;
    _exit(0);
}

static void serve(int client)
{
    char text[256];
    ssize_t got;

    while ((got = read(client, text, sizeof text)) > 0) {
        for (ssize_t i = 0; i < got; i++)
            text[i] = (char)toupper((unsigned char)text[i]);
        for (ssize_t sent = 0, n; sent < got; sent += n)
            if ((n = write(client, text + sent, (size_t)(got - sent))) == -1)
                return;
    }
}

int main(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = PATH};
    struct sigaction action = {.sa_handler = leave};
    int server = socket(AF_UNIX, SOCK_STREAM, 0);

    if (server == -1)
        die("socket");
    signal(SIGPIPE, SIG_IGN);
    unlink(PATH);
    if (sigaction(SIGINT, &action, NULL) == -1 || sigaction(SIGTERM, &action, NULL) == -1)
        die("sigaction");
    if (bind(server, (struct sockaddr *)&address, sizeof address) == -1)
        die(PATH);
    if (listen(server, 5) == -1)
        die("listen");
    for (;;) {
        int client = accept(server, NULL, NULL);
        if (client == -1)
            die("accept");
        serve(client);
        close(client);
    }
}
