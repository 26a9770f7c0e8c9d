/*
 * clerk KEY - answer each request in the queue with its text in upper case, until SIGTERM
 *
 * No call waits for a message of a System V queue and for a signal at the same time: there is no descriptor, so neither
 * poll nor signalfd helps; and a handler that sets a flag may run just after the flag was looked at and just before
 * msgrcv sleeps. Here two threads wait, one for each. And the one tells the other in the simplest way: it removes the
 * queue, which has to be done anyway. Whoever sleeps in msgrcv then is woken by EIDRM, the customers too.
 */
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail.h"

static int queue; /* set before the thread exists */

/* Take one request and answer it. Returns false when the queue is no more (or on any other failure, errno says which). */
static bool answer_one(void)
{
    struct request request;
    struct answer answer;
    /* Type 1 only: the answers lie in the same queue, and are not for us. MSG_NOERROR: a message that is too long is cut,
     * not left in the queue, where it would be the next one again, and again. */
    ssize_t size = msgrcv(queue, &request, SIZE_OF(request), REQUEST_TYPE, MSG_NOERROR);
    if (size == -1)
        return errno == EINTR;
    if (size < (ssize_t)sizeof request.id || request.id <= REQUEST_TYPE) {
        fprintf(stderr, "clerk: a request that cannot be answered\n");
        return true;
    }
    size -= sizeof request.id; /* as much text as has come; maybe less than 200 bytes */

    memset(&answer, 0, sizeof answer);
    answer.type = request.id;
    for (ssize_t i = 0; i < size && request.text[i] != '\0'; i++)
        answer.text[i] = toupper((unsigned char)request.text[i]);
    while (msgsnd(queue, &answer, SIZE_OF(answer), 0) == -1)
        if (errno != EINTR)
            return false;
    return true;
}

static void *close_at_sigterm(void *argument)
{
    int number;
    sigwait(argument, &number);
    if (msgctl(queue, IPC_RMID, NULL) == -1)
        perror("clerk: msgctl");
    return NULL;
}

int main(int argc, char *argv[])
{
    long key;
    if (argc != 2 || !parse_long(argv[1], &key) || key != (key_t)key) {
        fprintf(stderr, "usage: clerk KEY\n");
        return 2;
    }

    /* Before there is a queue that could be left behind, and before the thread, which inherits the mask. */
    static sigset_t terminate;
    sigemptyset(&terminate);
    sigaddset(&terminate, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &terminate, NULL);

    queue = msgget((key_t)key, IPC_CREAT | 0600);
    if (queue == -1) {
        perror("clerk: msgget");
        return EXIT_FAILURE;
    }
    pthread_t closer;
    int error = pthread_create(&closer, NULL, close_at_sigterm, &terminate);
    if (error != 0) {
        fprintf(stderr, "clerk: pthread_create: %s\n", strerror(error));
        msgctl(queue, IPC_RMID, NULL);
        return EXIT_FAILURE;
    }

    while (answer_one())
        ;
    /* EIDRM if we slept when the queue was removed, EINVAL if we were on our way: the id is no longer one. */
    if (errno != EIDRM && errno != EINVAL) {
        perror("clerk");
        msgctl(queue, IPC_RMID, NULL);
        return EXIT_FAILURE;
    }
    pthread_join(closer, NULL);
    return EXIT_SUCCESS;
}
