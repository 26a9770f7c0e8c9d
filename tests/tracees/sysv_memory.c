/* System V shared memory, and two segments without a key, which are two objects. */
#include "expect.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int at;

    int segment = shmget(99, 5000, IPC_CREAT | IPC_EXCL | 0600);
    ABOVE("shmget sysv-shared-memory:99 = %d {'key': 99, 'size': 5000, 'flags': ['IPC_CREAT', 'IPC_EXCL'], 'id': %d}",
          segment, segment);
    char *shared = shmat(segment, NULL, 0);
    ABOVE("shmat sysv-shared-memory:99 = %ld {'id': %d}", (long)shared, segment);
    at = __LINE__; pid_t child = fork();
    if (child == 0) {
        strcpy(shared, "text");
        CHECK(shmdt(shared) == 0);
        ABOVE("shmdt sysv-shared-memory:99 = 0 {}");
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    CHECK(wait(NULL) == child);
    ABOVE("wait - = %d blocked {}", child);
    CHECK(shmctl(segment, IPC_RMID, NULL) == 0);
    ABOVE("shmctl sysv-shared-memory:99 = 0 {'cmd': 'IPC_RMID'}");
    CHECK(strcmp(shared, "text") == 0);
    CHECK(shmdt(shared) == 0);
    ABOVE("shmdt sysv-shared-memory:99 = 0 {}");
    CHECK(shmget(99, 1, 0) == -1);
    ABOVE("shmget - = ENOENT {'flags': []}");
    int first = shmget(IPC_PRIVATE, 1, 0600);
    ABOVE("shmget sysv-shared-memory:0 = %d {'key': 0}", first);
    int second = shmget(IPC_PRIVATE, 1, 0600);
    ABOVE("shmget sysv-shared-memory:0@2 = %d {'key': 0}", second);
    char *third = shmat(second, NULL, SHM_RDONLY);
    ABOVE("shmat sysv-shared-memory:0@2 = %ld {}", (long)third);
    leave(0);
}
