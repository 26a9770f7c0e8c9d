/* Accepted: a set of System V semaphores. A place and the mutex are taken by one semop, so there is no order to get
 * wrong; what each consumer takes is settled beforehand, and the parent is the last of them itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

enum which { EMPTY, FULL, MUTEX };

union semun {
    int val;
    unsigned short *array;
};

typedef struct {
    long from, number;
} item_t;

typedef struct {
    long first, used; /* the oldest item, and how many there are */
    item_t items[];
} queue_t;

static queue_t *queue;
static int set;

static void operate(enum which count, short by)
{
    struct sembuf enter[] = {{MUTEX, -1, 0}, {EMPTY, -1, 0}};
    struct sembuf leave[] = {{MUTEX, +1, 0}, {FULL, +1, 0}};
    struct sembuf *operation = by < 0 ? enter : leave;
    operation[1].sem_num = count;
    while (semop(set, operation, 2) == -1)
        if (errno != EINTR) {
            perror("ring: semop");
            _exit(1);
        }
}

static void producer(long slots, long me, long items)
{
    for (long i = 0; i < items;) {
        item_t item = {me, ++i};
        operate(EMPTY, -1);
        memcpy(&queue->items[(queue->first + queue->used) % slots], &item, sizeof item);
        queue->used++;
        operate(FULL, +1);
    }
}

static void consumer(long slots, long quota)
{
    while (quota-- > 0) {
        operate(FULL, -1);
        item_t item = queue->items[queue->first];
        queue->first = (queue->first + 1) % slots;
        queue->used--;
        operate(EMPTY, +1);
        dprintf(1, "%ld:%ld\n", item.from, item.number);
    }
}

int main(int argc, char *argv[])
{
    long n[4];
    if (argc != 5) {
        fprintf(stderr, "usage: %s SLOTS PRODUCERS CONSUMERS ITEMS\n", argv[0]);
        exit(2);
    }
    for (int i = 0; i < 4; i++) {
        if (argv[i + 1][strspn(argv[i + 1], "0123456789")] != '\0' || sscanf(argv[i + 1], "%ld", &n[i]) != 1) {
            fprintf(stderr, "%s: %s is no count\n", argv[0], argv[i + 1]);
            exit(2);
        }
    }
    const long slots = n[0], producers = n[1], consumers = n[2], items = n[3], total = producers * items;
    if (slots == 0 || consumers == 0 || total == 0)
        exit(0);
    if (slots > 32767) { /* the most a System V semaphore can count */
        fprintf(stderr, "%s: too many slots\n", argv[0]);
        exit(1);
    }

    unsigned short start[] = {[EMPTY] = slots, [FULL] = 0, [MUTEX] = 1};
    queue = mmap(NULL, sizeof *queue + slots * sizeof *queue->items, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    set = semget(IPC_PRIVATE, 3, 0600);
    if (queue == MAP_FAILED || set == -1 || semctl(set, 0, SETALL, (union semun){.array = start}) == -1) {
        perror("ring");
        exit(1);
    }

    int failed = 0;
    for (long p = 1; p <= producers; p++) {
        pid_t pid = fork();
        if (pid == 0) {
            producer(slots, p, items);
            _exit(0);
        }
        failed |= pid == -1;
    }
    for (long c = 1; c < consumers; c++) {
        pid_t pid = fork();
        if (pid == 0) {
            consumer(slots, total / consumers + (c <= total % consumers));
            _exit(0);
        }
        failed |= pid == -1;
    }
    if (failed) { /* somebody is missing: those that wait for him end by EIDRM */
        perror("ring: fork");
        semctl(set, 0, IPC_RMID);
    } else {
        consumer(slots, total / consumers);
    }
    int status;
    while (wait(&status) != -1)
        failed |= status != 0;
    semctl(set, 0, IPC_RMID);
    exit(failed);
}
