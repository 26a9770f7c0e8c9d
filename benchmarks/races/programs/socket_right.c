/* right: the parent asks again only when the answer to the last question has come.
   prints: 1 4 */
#include <err.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
    int question, answers[2];
} *shared;
static int ends[2];

static void child(void)
{
    char byte;
    for (int n = 0; n < 2; n++) {
        if (recv(ends[1], &byte, 1, 0) != 1)
            err(1, "recv");
        int asked = shared->question;
        shared->answers[n] = asked * asked;
        send(ends[1], "a", 1, 0);
    }
}

int main(void)
{
    char byte;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
        err(1, "setting up");
    if (fork() == 0) {
        child();
        _exit(0);
    }
    for (int n = 0; n < 2; n++) {
        shared->question = n + 1;
        send(ends[0], "q", 1, 0);
        if (recv(ends[0], &byte, 1, 0) != 1)
            err(1, "recv");
    }
    wait(NULL);
    printf("%d %d\n", shared->answers[0], shared->answers[1]);
    return 0;
}
