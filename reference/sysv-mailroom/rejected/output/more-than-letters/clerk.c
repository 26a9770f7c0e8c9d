/* Wrong: clears the bit that tells small letters from big ones in whatever comes after Z. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/wait.h>
#include <unistd.h>

struct request {
    long type;
    long id;
    char text[200];
};

struct answer {
    long type;
    char text[200];
};

static int work(int queue)
{
    for (;;) {
        struct request request;
        struct answer answer;
        if (msgrcv(queue, &request, sizeof request - sizeof request.type, 1, 0) == -1)
            return errno == EIDRM || errno == EINVAL ? 0 : 1;
        answer.type = request.id;
        for (size_t i = 0; i < sizeof answer.text; i++)
            answer.text[i] = request.text[i] > 'Z' ? request.text[i] & ~0x20 : request.text[i];
        if (msgsnd(queue, &answer, sizeof answer.text, 0) == -1)
            return errno == EIDRM || errno == EINVAL ? 0 : 1;
    }
}

int main(int argc, char *argv[])
{
    char *end;
    long key = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (argc != 2 || *argv[1] == '\0' || *end != '\0') {
        fprintf(stderr, "usage: clerk KEY\n");
        return 2;
    }
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);

    int queue = msgget((key_t)key, IPC_CREAT | 0600);
    if (queue == -1) {
        perror("msgget");
        return 1;
    }
    pid_t child = fork();
    if (child == 0)
        _exit(work(queue));

    int number, status;
    if (child != -1)
        sigwait(&set, &number);
    msgctl(queue, IPC_RMID, NULL);
    if (child == -1 || waitpid(child, &status, 0) == -1)
        return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
