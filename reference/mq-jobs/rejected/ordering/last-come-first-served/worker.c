/* Wrong: the worker takes all that is there and does it from the end, like a stack. */
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
    char text[10][256];
    unsigned priority[10];
    for (long done = 0; drain || done < count;) {
        /* The first job is waited for, if need be; what else is there comes along. */
        int n = 0;
        attr.mq_flags = drain ? O_NONBLOCK : 0;
        mq_setattr(queue, &attr, NULL);
        while (n < 10 && (drain || done + n < count)) {
            memset(text[n], 0, sizeof text[n]);
            if (mq_receive(queue, text[n], sizeof text[n], &priority[n]) == -1)
                break;
            n++;
            attr.mq_flags = O_NONBLOCK;
            mq_setattr(queue, &attr, NULL);
        }
        if (n == 0)
            break;
        done += n;
        while (n-- > 0) {
            printf("%u %.*s\n", priority[n], 256, text[n]);
            fflush(stdout);
        }
    }
    if (drain)
        mq_unlink(name);
    return 0;
}
