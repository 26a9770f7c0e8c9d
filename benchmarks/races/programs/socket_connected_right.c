/* right: the server has written the greeting before it listens, so whoever is connected may read it.
   prints: hello */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    char greeting[8];
} *shared;
static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};

static void server(void)
{
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(listener, (const struct sockaddr *)&address, sizeof address) == -1)
        err(1, "bind");
    strcpy(shared->greeting, "hello");
    if (listen(listener, 1) == -1 || accept(listener, NULL, NULL) == -1)
        err(1, "accept");
}

int main(void)
{
    char seen[8];
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    if (fork() == 0) {
        server();
        _exit(0);
    }
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    while (connect(client, (const struct sockaddr *)&address, sizeof address) == -1)
        sched_yield();
    strcpy(seen, shared->greeting);
    wait(NULL);
    printf("%s\n", seen);
    return 0;
}
