/* Accepted: the main thread takes the signals with sigwait and writes them down under a mutex; a second thread
 * sleeps on a condition until something is written down, and answers. */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pidfile.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct {
    unsigned hangups, questions, continues;
    bool over;
} todo; /* under the mutex */

static void put(int number)
{
    pthread_mutex_lock(&mutex);
    switch (number) {
    case SIGHUP:
        todo.hangups++;
        break;
    case SIGUSR1:
        todo.questions++;
        break;
    case SIGCONT:
        todo.continues++;
        break;
    case 0:
        todo.over = true;
        break;
    }
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
}

static void *answer(void *unused)
{
    unsigned total = 0;
    bool over = false;
    while (!over) {
        pthread_mutex_lock(&mutex);
        while (!todo.hangups && !todo.questions && !todo.continues && !todo.over)
            pthread_cond_wait(&changed, &mutex);
        unsigned hangups = todo.hangups, questions = todo.questions, continues = todo.continues;
        over = todo.over;
        todo.hangups = todo.questions = todo.continues = 0;
        pthread_mutex_unlock(&mutex);

        for (; hangups > 0; hangups--, total++)
            dprintf(STDOUT_FILENO, "reload\n");
        for (; questions > 0; questions--)
            dprintf(STDOUT_FILENO, "status %u\n", total);
        for (; continues > 0; continues--)
            dprintf(STDOUT_FILENO, "resumed\n");
    }
    return unused;
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: daemon NAME\n");
        return 2;
    }
    sigset_t all;
    sigemptyset(&all);
    sigaddset(&all, SIGHUP);
    sigaddset(&all, SIGUSR1);
    sigaddset(&all, SIGCONT);
    sigaddset(&all, SIGTERM);
    sigaddset(&all, SIGINT);
    pthread_sigmask(SIG_BLOCK, &all, NULL); /* the second thread inherits this */

    char *path = malloc(strlen(argv[1]) + 5);
    sprintf(path, "%s.pid", argv[1]);
    if (!pidfile_claim(path))
        return 1;

    pthread_t answerer;
    if (pthread_create(&answerer, NULL, answer, NULL) != 0) {
        unlink(path);
        return 1;
    }
    dprintf(STDOUT_FILENO, "ready\n");
    int number;
    for (;;) {
        if (sigwait(&all, &number) != 0)
            continue;
        if (number == SIGTERM || number == SIGINT)
            break;
        put(number);
    }
    /* What is pending besides: sigwait does not sleep as long as sigpending is not empty. */
    sigset_t rest;
    while (sigpending(&rest) == 0) {
        bool any = false;
        for (int s = 1; s < NSIG; s++)
            any |= sigismember(&all, s) == 1 && sigismember(&rest, s) == 1;
        if (!any)
            break;
        sigwait(&all, &number);
        put(number);
    }
    put(0);
    pthread_join(answerer, NULL);
    dprintf(STDOUT_FILENO, "bye\n");
    unlink(path);
    free(path);
    return 0;
}
