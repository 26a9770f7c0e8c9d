/* Wrong: --try takes an answer for any ID up to its own. */
#include <errno.h>
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

static int usage(void)
{
    fprintf(stderr, "usage: customer KEY ID TEXT, or customer --try KEY ID\n");
    return 2;
}

static int receive(int queue, long id, int flags)
{
    struct answer answer;
    ssize_t size = msgrcv(queue, &answer, sizeof answer.text, id, flags);
    if (size == -1 && errno == ENOMSG)
        return 3;
    if (size == -1) {
        perror("msgrcv");
        return 1;
    }
    printf("%.*s\n", (int)size, answer.text);
    fflush(stdout);
    return 0;
}

int main(int argc, char *argv[])
{
    if (argc != 4)
        return usage();
    int try = strcmp(argv[1], "--try") == 0;
    char *end_of_key, *end_of_id;
    long key = strtol(argv[1 + try], &end_of_key, 10);
    long id = strtol(argv[2 + try], &end_of_id, 10);
    if (*end_of_key != '\0' || *end_of_id != '\0' || id < 2 || (!try && strchr(argv[3], '\n') != NULL))
        return usage();
    if (!try && strlen(argv[3]) > 200) {
        fprintf(stderr, "customer: the text is too long\n");
        return 1;
    }
    int queue = msgget((key_t)key, 0);
    if (queue == -1) {
        perror("msgget");
        return 1;
    }
    if (try)
        return receive(queue, -id, IPC_NOWAIT);

    struct request request = {.type = 1, .id = id};
    strncpy(request.text, argv[3], sizeof request.text);
    if (msgsnd(queue, &request, sizeof request - sizeof request.type, 0) == -1) {
        perror("msgsnd");
        return 1;
    }
    return receive(queue, id, 0);
}
