/* Wrong: --try looks whether there is room, and then sends as if there was still. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    int try = argc == 5 && strcmp(argv[1], "--try") == 0;
    if (argc != 4 + try) {
        fprintf(stderr, "usage: submit [--try] QUEUE PRIORITY TEXT\n");
        return 2;
    }
    const char *name = argv[1 + try], *digits = argv[2 + try], *text = argv[3 + try];
    if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits) || strchr(text, '\n') != NULL) {
        fprintf(stderr, "submit: wrong PRIORITY or TEXT\n");
        return 2;
    }
    if (strlen(text) > 255) {
        fprintf(stderr, "submit: TEXT is too long\n");
        return 1;
    }
    unsigned priority = strtoul(digits, NULL, 10);

    struct mq_attr attr = {.mq_maxmsg = 10, .mq_msgsize = 256};
    mqd_t queue = mq_open(name, O_CREAT | O_WRONLY, 0600, &attr);
    if (queue == (mqd_t)-1) {
        perror("mq_open");
        return 1;
    }
    mq_getattr(queue, &attr);
    if (try && attr.mq_curmsgs == attr.mq_maxmsg)
        return 3;
    if (mq_send(queue, text, strlen(text) + 1, priority) == -1) {
        perror("mq_send");
        return 1;
    }
    return 0;
}
