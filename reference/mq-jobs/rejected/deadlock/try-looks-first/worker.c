/* Right; what is wrong here is submit.c. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    int drain = argc == 3 && strcmp(argv[1], "--drain") == 0;
    if (argc != 3 || (!drain && (*argv[2] == '\0' || strspn(argv[2], "0123456789") != strlen(argv[2])))) {
        fprintf(stderr, "usage: worker QUEUE COUNT, or worker --drain QUEUE\n");
        return 2;
    }
    const char *name = drain ? argv[2] : argv[1];
    long count = drain ? 0 : strtol(argv[2], NULL, 10);

    struct mq_attr attr = {.mq_maxmsg = 10, .mq_msgsize = 256};
    mqd_t queue = mq_open(name, O_CREAT | O_RDONLY | (drain ? O_NONBLOCK : 0), 0600, &attr);
    if (queue == (mqd_t)-1) {
        perror("mq_open");
        return 1;
    }
    for (long i = 0; drain || i < count; i++) {
        char text[256];
        unsigned priority;
        ssize_t size = mq_receive(queue, text, sizeof text, &priority);
        if (size == -1 && errno == EAGAIN && drain)
            break;
        if (size == -1) {
            perror("mq_receive");
            return 1;
        }
        printf("%u %.*s\n", priority, (int)size, text);
        fflush(stdout);
    }
    if (drain)
        mq_unlink(name);
    return 0;
}
