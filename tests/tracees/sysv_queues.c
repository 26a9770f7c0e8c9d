/* System V message queues: types, truncation, full and empty, removal under a waiter. */
#include "expect.h"
#include <sys/ipc.h>
#include <sys/msg.h>

struct message {
    long type;
    char text[64];
};

int main(void)
{
    struct message message = {2, "two"};
    int at;

    int queue = msgget(77, IPC_CREAT | 0600);
    ABOVE("msgget sysv-queue:77 = %d {'key': 77, 'flags': ['IPC_CREAT'], 'id': %d}", queue, queue);
    CHECK(msgsnd(queue, &message, 3, 0) == 0);
    ABOVE("msgsnd sysv-queue:77 = 0 {'id': %d, 'type': 2, 'count': 3, 'flags': [], 'data': 'two'}", queue);
    CHECK(msgrcv(queue, &message, 64, 5, IPC_NOWAIT) == -1 && errno == ENOMSG);
    ABOVE("msgrcv sysv-queue:77 = ENOMSG {'id': %d, 'type': 5, 'count': 64, 'flags': ['IPC_NOWAIT']}", queue);
    CHECK(msgrcv(queue, &message, 2, 0, 0) == -1 && errno == E2BIG);
    ABOVE("msgrcv sysv-queue:77 = E2BIG {'count': 2}");
    CHECK(msgrcv(queue, &message, 64, -3, 0) == 3);
    ABOVE("msgrcv sysv-queue:77 = 3 {'type': 2, 'data': 'two'}");
    at = __LINE__; pid_t child = fork();
    if (child == 0) {
        CHECK(msgrcv(queue, &message, 64, 9, 0) == 4);
        ABOVE("msgrcv sysv-queue:77 = 4 blocked {'count': 64, 'type': 9, 'data': 'nine'}");
        CHECK(msgrcv(queue, &message, 64, 0, 0) == -1 && errno == EIDRM);
        ABOVE("msgrcv sysv-queue:77 = EIDRM blocked {}");
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    rest();
    strcpy(message.text, "nine");
    message.type = 8;
    CHECK(msgsnd(queue, &message, 4, 0) == 0);
    ABOVE("msgsnd sysv-queue:77 = 0 {'type': 8, 'data': 'nine'}");
    rest();
    message.type = 9;
    CHECK(msgsnd(queue, &message, 4, IPC_NOWAIT) == 0);
    ABOVE("msgsnd sysv-queue:77 = 0 {'type': 9, 'flags': ['IPC_NOWAIT']}");
    CHECK(msgrcv(queue, &message, 64, 0, 0) == 4);
    ABOVE("msgrcv sysv-queue:77 = 4 {'type': 8}");
    rest();
    message.type = 0;
    CHECK(msgsnd(queue, &message, 4, 0) == -1 && errno == EINVAL);
    ABOVE("msgsnd sysv-queue:77 = EINVAL {'type': 0}");
    CHECK(msgctl(queue, IPC_RMID, NULL) == 0);
    ABOVE("msgctl sysv-queue:77 = 0 {'id': %d, 'cmd': 'IPC_RMID'}", queue);
    CHECK(wait(NULL) == child);
    ABOVE("wait - = %d blocked {}", child);
    CHECK(msgsnd(queue, &message, 4, 0) == -1);
    LINE(__LINE__ - 1, "msgsnd sysv-queue:77 = EINVAL {'id': %d}", queue);
    int other = msgget(IPC_PRIVATE, 0600);
    ABOVE("msgget sysv-queue:0 = %d {'key': 0}", other);
    struct msqid_ds status;
    CHECK(msgctl(other, IPC_STAT, &status) == 0);
    ABOVE("msgctl sysv-queue:0 = 0 {'cmd': 'IPC_STAT'}");
    status.msg_qbytes = 8;
    CHECK(msgctl(other, IPC_SET, &status) == 0);
    ABOVE("msgctl sysv-queue:0 = 0 {'cmd': 'IPC_SET'}");
    message.type = 1;
    CHECK(msgsnd(other, &message, 8, 0) == 0);
    ABOVE("msgsnd sysv-queue:0 = 0 {'count': 8}");
    at = __LINE__; child = fork();
    if (child == 0) {
        CHECK(msgsnd(other, &message, 1, 0) == 0);
        ABOVE("msgsnd sysv-queue:0 = 0 blocked {'count': 1}");
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    rest();
    CHECK(msgrcv(other, &message, 64, 0, 0) == 8);
    ABOVE("msgrcv sysv-queue:0 = 8 {}");
    CHECK(wait(NULL) == child);
    ABOVE("wait - = %d blocked {}", child);
    leave(0);
}
