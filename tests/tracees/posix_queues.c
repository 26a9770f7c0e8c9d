/* POSIX message queues: priorities, a full and an empty queue, O_NONBLOCK, attributes, errors. */
#include "expect.h"
#include <mqueue.h>

int main(void)
{
    char data[64];
    unsigned priority;
    int at;
    struct mq_attr attributes = {.mq_maxmsg = 2, .mq_msgsize = 32};

    CHECK(mq_open("/q", O_RDWR) == -1);
    ABOVE("mq_open - = ENOENT {'path': '/q', 'flags': ['O_RDWR']}");
    mqd_t queue = mq_open("/q", O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
    ABOVE("mq_open queue:/q = 3 {'path': '/q', 'flags': ['O_RDWR', 'O_CREAT', 'O_EXCL'], 'mode': 0o600, 'maxmsg': 2, "
          "'msgsize': 32, 'fd': 3}");
    CHECK(queue == 3);
    CHECK(mq_send(queue, "low", 3, 1) == 0);
    LINE(__LINE__ - 1, "mq_send queue:/q = 0 {'fd': 3, 'count': 3, 'priority': 1, 'data': 'low'}");
    CHECK(mq_send(queue, "high", 4, 9) == 0);
    ABOVE("mq_send queue:/q = 0 {'fd': 3, 'count': 4, 'priority': 9, 'data': 'high'}");
    at = __LINE__; pid_t child = fork();
    if (child == 0) {
        CHECK(mq_send(queue, "third", 5, 5) == 0);
        ABOVE("mq_send queue:/q = 0 blocked {'fd': 3, 'count': 5, 'priority': 5, 'data': 'third'}");
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    rest();
    CHECK(mq_receive(queue, data, sizeof data, &priority) == 4);
    ABOVE("mq_receive queue:/q = 4 {'fd': 3, 'count': 64, 'data': 'high', 'priority': 9}");
    CHECK(wait(NULL) == child);
    ABOVE("wait - = %d blocked {}", child);
    CHECK(mq_getattr(queue, &attributes) == 0 && attributes.mq_curmsgs == 2);
    ABOVE("mq_getattr queue:/q = 0 {'fd': 3}");
    CHECK(mq_receive(queue, data, sizeof data, NULL) == 5);
    ABOVE("mq_receive queue:/q = 5 {'data': 'third'}");
    CHECK(mq_receive(queue, data, 8, NULL) == -1);
    ABOVE("mq_receive queue:/q = EMSGSIZE {'fd': 3, 'count': 8}");
    CHECK(mq_receive(queue, data, 64, &priority) == 3);
    ABOVE("mq_receive queue:/q = 3 {'data': 'low', 'priority': 1}");
    CHECK(mq_send(queue, data, 33, 0) == -1);
    ABOVE("mq_send queue:/q = EMSGSIZE {'count': 33}");
    at = __LINE__; child = fork();
    if (child == 0) {
        CHECK(mq_receive(queue, data, 64, &priority) == 0);
        ABOVE("mq_receive queue:/q = 0 blocked {'data': '', 'priority': 0}");
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    rest();
    CHECK(mq_send(queue, "", 0, 0) == 0);
    ABOVE("mq_send queue:/q = 0 {'count': 0, 'data': '', 'priority': 0}");
    CHECK(wait(NULL) == child);
    ABOVE("wait - = %d blocked {}", child);
    mqd_t other = mq_open("/q", O_RDONLY | O_NONBLOCK);
    ABOVE("mq_open queue:/q = 4 {'path': '/q', 'flags': ['O_RDONLY', 'O_NONBLOCK'], 'fd': 4}");
    CHECK(mq_receive(other, data, 64, NULL) == -1);
    ABOVE("mq_receive queue:/q = EAGAIN {'fd': 4}");
    CHECK(mq_close(other) == 0);
    ABOVE("close queue:/q = 0 {'fd': 4}");
    CHECK(mq_unlink("/q") == 0);
    ABOVE("mq_unlink queue:/q = 0 {'path': '/q'}");
    CHECK(mq_unlink("/q") == -1);
    ABOVE("mq_unlink - = ENOENT {'path': '/q'}");
    mqd_t successor = mq_open("/q", O_WRONLY | O_CREAT, 0600, NULL);
    ABOVE("mq_open queue:/q@2 = 4 {'path': '/q', 'flags': ['O_WRONLY', 'O_CREAT'], 'fd': 4}");
    CHECK(mq_close(successor) == 0);
    ABOVE("close queue:/q@2 = 0 {'fd': 4}");
    leave(0);
}
