/* The clerk leaves msgrcv by a jump out of the handler. SIGTERM is let in there and nowhere else, so the jump can interrupt
 * nothing but that call, and it does not matter whether the signal comes before, in, or after it. */
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>

/* Both kinds of message in one: an answer is the text alone, moved to the front. */
union message {
    struct {
        long type;
        long id;
        char text[200];
    } request;
    struct {
        long type;
        char text[200];
    } answer;
};

enum { REQUEST = sizeof(long) + 200, ANSWER = 200 };

static sigjmp_buf out;

static void jump(int number)
{
    siglongjmp(out, number);
}

static int clerk(key_t key)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    struct sigaction action = {.sa_handler = jump};
    sigaction(SIGTERM, &action, NULL);

    static int queue;
    queue = msgget(key, IPC_CREAT | 0600);
    if (queue == -1) {
        perror("clerk");
        return 1;
    }
    if (sigsetjmp(out, 1) != 0) {
        msgctl(queue, IPC_RMID, NULL);
        return 0;
    }
    for (;;) {
        union message in, reply;
        sigprocmask(SIG_UNBLOCK, &mask, NULL);
        ssize_t size = msgrcv(queue, &in, REQUEST, 1, MSG_NOERROR);
        sigprocmask(SIG_BLOCK, &mask, NULL);
        if (size != REQUEST || in.request.id < 2)
            continue;
        reply.answer.type = in.request.id;
        for (int i = 0; i < ANSWER; i++)
            reply.answer.text[i] = islower((unsigned char)in.request.text[i]) ? in.request.text[i] - 'a' + 'A'
                                                                               : in.request.text[i];
        if (msgsnd(queue, &reply, ANSWER, 0) == -1) {
            perror("clerk");
            return 1;
        }
    }
}

static int customer(key_t key, long id, const char *text)
{
    union message message;
    int queue = msgget(key, 0600);
    if (queue == -1) {
        perror("customer: no clerk");
        return 3;
    }
    if (text != NULL) {
        memset(&message, 0, sizeof message);
        message.request.type = 1;
        message.request.id = id;
        memcpy(message.request.text, text, strlen(text));
        if (msgsnd(queue, &message, REQUEST, 0) == -1) {
            perror("customer");
            return 1;
        }
    }
    if (msgrcv(queue, &message, ANSWER, id, text == NULL ? IPC_NOWAIT : 0) == -1) {
        int error = errno;
        perror("customer");
        return error == ENOMSG ? 3 : 1;
    }
    printf("%.200s\n", message.answer.text);
    return 0;
}

static int number(const char *text, long *value)
{
    int used = 0;
    return sscanf(text, "%ld%n", value, &used) == 1 && text[used] == '\0';
}

int main(int argc, char *argv[])
{
    const char *name = strrchr(argv[0], '/');
    name = name == NULL ? argv[0] : name + 1;
    long key, id;
    if (strcmp(name, "clerk") == 0 && argc == 2 && number(argv[1], &key))
        return clerk(key);
    if (strcmp(name, "customer") == 0 && argc == 4) {
        if (strcmp(argv[1], "--try") == 0 && number(argv[2], &key) && number(argv[3], &id) && id >= 2)
            return customer(key, id, NULL);
        if (number(argv[1], &key) && number(argv[2], &id) && id >= 2 && strchr(argv[3], '\n') == NULL) {
            if (strlen(argv[3]) <= ANSWER)
                return customer(key, id, argv[3]);
            fprintf(stderr, "customer: too long\n");
            return 1;
        }
    }
    fprintf(stderr, "usage: clerk KEY | customer KEY ID TEXT | customer --try KEY ID\n");
    return 2;
}
