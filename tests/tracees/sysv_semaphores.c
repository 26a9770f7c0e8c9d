/* System V semaphore sets: waiting for a value and for zero, several operations at once, removal. */
#include "expect.h"
#include <sys/ipc.h>
#include <sys/sem.h>

union semun {
    int val;
    unsigned short *array;
};

int main(void)
{
    unsigned short values[] = {0, 5};
    int at;

    CHECK(semget(0x1234, 1, 0) == -1);
    ABOVE("semget - = ENOENT {'key': 0x1234, 'n': 1, 'flags': []}");
    int set = semget(0x1234, 2, IPC_CREAT | IPC_EXCL | 0640);
    ABOVE("semget sysv-semaphore:4660 = %d {'key': 0x1234, 'n': 2, 'flags': ['IPC_CREAT', 'IPC_EXCL'], 'id': %d}", set,
          set);
    CHECK(semget(0x1234, 2, IPC_CREAT | IPC_EXCL | 0640) == -1);
    ABOVE("semget - = EEXIST {}");
    CHECK(semctl(set, 1, SETVAL, (union semun){.val = 3}) == 0);
    ABOVE("semctl sysv-semaphore:4660 = 0 {'id': %d, 'num': 1, 'cmd': 'SETVAL', 'value': 3}", set);
    CHECK(semctl(set, 1, GETVAL) == 3);
    ABOVE("semctl sysv-semaphore:4660 = 3 {'num': 1, 'cmd': 'GETVAL'}");
    CHECK(semctl(set, 0, SETALL, (union semun){.array = values}) == 0);
    ABOVE("semctl sysv-semaphore:4660 = 0 {'cmd': 'SETALL'}");
    at = __LINE__; pid_t child = fork();
    if (child == 0) {
        CHECK(semop(set, (struct sembuf[]){{0, -1, SEM_UNDO}, {1, 1, 0}}, 2) == 0);
        ABOVE("semop sysv-semaphore:4660 = 0 blocked {'ops': [{'num': 0, 'op': -1, 'flags': ['SEM_UNDO']}, {'num': 1, "
              "'op': 1, 'flags': []}]}");
        CHECK(semop(set, (struct sembuf[]){{1, 0, 0}}, 1) == 0);
        ABOVE("semop sysv-semaphore:4660 = 0 blocked {'ops': [{'num': 1, 'op': 0, 'flags': []}]}");
        CHECK(semop(set, (struct sembuf[]){{1, -1, 0}}, 1) == -1 && errno == EIDRM);
        ABOVE("semop sysv-semaphore:4660 = EIDRM blocked {'ops': [{'num': 1, 'op': -1, 'flags': []}]}");
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    rest();
    CHECK(semop(set, (struct sembuf[]){{0, 1, 0}}, 1) == 0);
    ABOVE("semop sysv-semaphore:4660 = 0 {'id': %d, 'ops': [{'num': 0, 'op': 1, 'flags': []}]}", set);
    rest();
    CHECK(semop(set, (struct sembuf[]){{1, -6, IPC_NOWAIT}}, 1) == 0);
    ABOVE("semop sysv-semaphore:4660 = 0 {'ops': [{'num': 1, 'op': -6, 'flags': ['IPC_NOWAIT']}]}");
    CHECK(semop(set, (struct sembuf[]){{1, -1, IPC_NOWAIT}}, 1) == -1);
    ABOVE("semop sysv-semaphore:4660 = EAGAIN {}");
    rest();
    CHECK(semctl(set, 0, IPC_RMID) == 0);
    ABOVE("semctl sysv-semaphore:4660 = 0 {'cmd': 'IPC_RMID'}");
    CHECK(wait(NULL) == child);
    ABOVE("wait - = %d blocked {}", child);
    set = semget(0x1234, 1, IPC_CREAT | 0600);
    ABOVE("semget sysv-semaphore:4660@2 = %d {}", set);
    CHECK(semctl(set, 0, SETVAL, (union semun){.val = 1}) == 0);
    ABOVE("semctl sysv-semaphore:4660@2 = 0 {'cmd': 'SETVAL'}");
    leave(0);
}
