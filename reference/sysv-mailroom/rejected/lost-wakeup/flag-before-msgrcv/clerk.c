/* Wrong: a flag is tested before msgrcv; SIGTERM that comes in between is seen with the next request only. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>

struct request {
    long type;
    long id;
    char text[200];
};

struct answer {
    long type;
    char text[200];
};

static volatile sig_atomic_t closing;

static void on_term(int number)
{
    (void)number;
    closing = 1;
}

static int work(int queue)
{
    while (!closing) {
        struct request request;
        struct answer answer;
        if (msgrcv(queue, &request, sizeof request - sizeof request.type, 1, 0) == -1) {
            if (errno == EINTR)
                continue;
            return 1;
        }
        answer.type = request.id;
        for (size_t i = 0; i < sizeof answer.text; i++)
            answer.text[i] = toupper((unsigned char)request.text[i]);
        while (msgsnd(queue, &answer, sizeof answer.text, 0) == -1)
            if (errno != EINTR)
                return 1;
    }
    return 0;
}

int main(int argc, char *argv[])
{
    char *end;
    long key = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (argc != 2 || *argv[1] == '\0' || *end != '\0') {
        fprintf(stderr, "usage: clerk KEY\n");
        return 2;
    }
    struct sigaction action = {.sa_handler = on_term};
    sigaction(SIGTERM, &action, NULL);

    int queue = msgget((key_t)key, IPC_CREAT | 0600);
    if (queue == -1) {
        perror("msgget");
        return 1;
    }
    int status = work(queue);
    msgctl(queue, IPC_RMID, NULL);
    return status;
}
