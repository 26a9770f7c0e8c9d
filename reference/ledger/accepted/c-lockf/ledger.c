/* Accepted: lockf; the size is made by writing zeros; bytes are taken out of the mapping and put back one record at a
 * time, and the amount is put together byte by byte; two mappings, one to look and one to change. */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef unsigned char byte;

static const char *self;

static int error(const char *what)
{
    fprintf(stderr, "%s: %s\n", self, what);
    return 1;
}

static int64_t number(const byte *from)
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--)
        value = value << 8 | from[i];
    return (int64_t)value;
}

static int add(const char *file, const char *name, int64_t amount)
{
    int fd = open(file, O_RDWR | O_CREAT, 0600);
    if (fd < 0 || lockf(fd, F_LOCK, 0) < 0) /* at offset 0 now, so 0 means all of it */
        return error(strerror(errno));
    static const byte zeros[2048];
    off_t size = lseek(fd, 0, SEEK_END);
    if (size < 2048 && pwrite(fd, zeros, 2048 - (size_t)size, size) != 2048 - size)
        return error("cannot make the file");

    const byte *seen = mmap(NULL, 2048, PROT_READ, MAP_SHARED, fd, 0);
    if (seen == MAP_FAILED)
        return error("mmap");
    byte record[32] = {0};
    memcpy(record, name, strlen(name));
    int at = -1;
    for (int i = 63; i >= 0; i--)
        if (seen[32 * i] == 0)
            at = i;
    int64_t sum = 0;
    for (int i = 0; i < 64; i++)
        if (memcmp(seen + 32 * i, record, 24) == 0)
            sum = number(seen + 32 * (at = i) + 24);
    if (at == -1)
        return error("no free record");
    if (amount > 0 ? sum > INT64_MAX - amount : sum < INT64_MIN - amount)
        return error("the sum is too large");
    sum += amount;
    for (int i = 0; i < 8; i++)
        record[24 + i] = (byte)((uint64_t)sum >> 8 * i);

    byte *table = mmap(NULL, 2048, PROT_WRITE, MAP_SHARED, fd, 0);
    if (table == MAP_FAILED)
        return error("mmap");
    memcpy(table + 32 * at, record, 32);
    return msync(table, 2048, MS_SYNC) == 0 ? 0 : error("msync");
}

static int show(const char *file)
{
    int fd = open(file, O_RDWR);
    if (fd < 0)
        return errno == ENOENT ? 0 : error(strerror(errno));
    struct stat status;
    if (lockf(fd, F_LOCK, 0) < 0 || fstat(fd, &status) < 0)
        return error(strerror(errno));
    if (status.st_size < 2048)
        return 0;
    const byte *table = mmap(NULL, 2048, PROT_READ, MAP_SHARED, fd, 0);
    if (table == MAP_FAILED)
        return error("mmap");
    for (const byte *at = table; at < table + 2048; at += 32)
        if (*at) {
            fwrite(at, 1, strnlen((const char *)at, 24), stdout);
            printf(" %" PRId64 "\n", number(at + 24));
            fflush(stdout);
        }
    return 0;
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 3 && strcmp(argv[2], "show") == 0)
        return show(argv[1]);
    if (argc == 5 && strcmp(argv[2], "add") == 0 && argv[3][0]) {
        const char *digits = argv[4] + (*argv[4] == '-');
        if (*digits && digits[strspn(digits, "0123456789")] == '\0') {
            errno = 0;
            int64_t amount = strtoimax(argv[4], NULL, 10);
            if (errno)
                return error(strerror(errno));
            return strlen(argv[3]) > 24 ? error("name too long") : add(argv[1], argv[3], amount);
        }
    }
    fprintf(stderr, "usage: %s FILE add NAME AMOUNT\n       %s FILE show\n", self, self);
    return 2;
}
