/* Wrong: takes the first free record; the name may be in one behind it. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORDS 64
#define NAME 24

struct record {
    char name[NAME];
    int64_t amount;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void lock_all(int fd, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET};
    if (fcntl(fd, F_SETLKW, &lock) == -1)
        die("fcntl");
}

static struct record *find(struct record *table, const char *name)
{
    for (int i = 0; i < RECORDS; i++)
        if (table[i].name[0] == '\0' || strncmp(table[i].name, name, NAME) == 0)
            return &table[i];
    return NULL;
}

static int add(const char *file, const char *name, int64_t amount)
{
    const size_t size = RECORDS * sizeof(struct record);
    int fd = open(file, O_RDWR | O_CREAT, 0600);
    if (fd == -1)
        die(file);
    lock_all(fd, F_WRLCK);
    struct stat status;
    if (fstat(fd, &status) == -1)
        die(file);
    if (status.st_size == 0 && ftruncate(fd, size) == -1)
        die(file);
    struct record *table = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (table == MAP_FAILED)
        die("mmap");
    struct record *record = find(table, name);
    int64_t sum;
    if (record == NULL) {
        fprintf(stderr, "ledger: full\n");
        return 1;
    }
    if (record->name[0] == '\0') {
        record->amount = 0;
        strncpy(record->name, name, NAME);
    }
    if (__builtin_add_overflow(record->amount, amount, &sum)) {
        fprintf(stderr, "ledger: overflow\n");
        return 1;
    }
    record->amount = sum;
    if (msync(table, size, MS_SYNC) == -1)
        die("msync");
    lock_all(fd, F_UNLCK);
    return 0;
}

static int show(const char *file)
{
    const size_t size = RECORDS * sizeof(struct record);
    int fd = open(file, O_RDONLY);
    if (fd == -1 && errno == ENOENT)
        return 0;
    if (fd == -1)
        die(file);
    lock_all(fd, F_RDLCK);
    struct stat status;
    if (fstat(fd, &status) == -1)
        die(file);
    if (status.st_size == 0)
        return 0;
    struct record *table = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (table == MAP_FAILED)
        die("mmap");
    for (int i = 0; i < RECORDS; i++)
        if (table[i].name[0] != '\0')
            printf("%.24s %lld\n", table[i].name, (long long)table[i].amount);
    return 0;
}

int main(int argc, char *argv[])
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 3 && strcmp(argv[2], "show") == 0)
        return show(argv[1]);
    char *end = "?";
    errno = 0;
    long long amount = argc == 5 ? strtoll(argv[4], &end, 10) : 0;
    if (argc != 5 || strcmp(argv[2], "add") != 0 || argv[3][0] == '\0' || argv[4][0] == '\0' || *end != '\0') {
        fprintf(stderr, "usage: ledger FILE add NAME AMOUNT\n       ledger FILE show\n");
        return 2;
    }
    if (errno != 0 || strlen(argv[3]) > NAME) {
        fprintf(stderr, "ledger: too long, or too much\n");
        return 1;
    }
    return add(argv[1], argv[3], amount);
}
