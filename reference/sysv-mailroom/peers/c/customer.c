/*
 * customer KEY ID TEXT   - send TEXT to the clerk and print the answer, asleep until it comes
 * customer --try KEY ID  - print an answer that is waiting for ID; exit with 3 if there is none
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail.h"

enum { EXIT_USAGE = 2, EXIT_NOTHING = 3 };

/* Take the oldest answer of type `id`, and leave what is for others. Returns the exit status. */
static int print_answer(int queue, long id, int flags)
{
    struct answer answer;
    ssize_t size;
    do {
        /* EINTR comes even with SA_RESTART. EIDRM does not go away: the clerk has closed, nobody will answer. */
        size = msgrcv(queue, &answer, SIZE_OF(answer), id, flags);
    } while (size == -1 && errno == EINTR);
    if (size == -1 && errno == ENOMSG)
        return EXIT_NOTHING;
    if (size == -1) {
        perror("customer: msgrcv");
        return EXIT_FAILURE;
    }
    printf("%.*s\n", (int)size, answer.text); /* up to the NUL, and not further than the message goes */
    return fflush(stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int send_request(int queue, long id, const char *text)
{
    struct request request = {.type = REQUEST_TYPE, .id = id};
    memcpy(request.text, text, strlen(text)); /* the rest is zero already */
    while (msgsnd(queue, &request, SIZE_OF(request), 0) == -1)
        if (errno != EINTR) {
            perror("customer: msgsnd");
            return EXIT_FAILURE;
        }
    return EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
    if (argc != 4) {
        fprintf(stderr, "usage: customer KEY ID TEXT\n       customer --try KEY ID\n");
        return EXIT_USAGE;
    }
    const char *text = argv[3];
    int try = strcmp(argv[1], "--try") == 0;
    long key, id;
    if (!parse_long(argv[1 + try], &key) || key != (key_t)key || !parse_long(argv[2 + try], &id) ||
        id <= REQUEST_TYPE || strchr(text, '\n') != NULL) {
        fprintf(stderr, "customer: KEY is a number, ID one of 2 or more, and TEXT one line\n");
        return EXIT_USAGE;
    }
    if (!try && strlen(text) > TEXT_SIZE) {
        fprintf(stderr, "customer: TEXT is longer than %d bytes\n", TEXT_SIZE);
        return EXIT_FAILURE;
    }

    int queue = msgget((key_t)key, 0); /* it is the clerk's: without him there is nobody to ask */
    if (queue == -1) {
        perror("customer: msgget");
        return EXIT_FAILURE;
    }
    if (try)
        return print_answer(queue, id, IPC_NOWAIT);
    int status = send_request(queue, id, text);
    return status == EXIT_SUCCESS ? print_answer(queue, id, 0) : status;
}
