/*
 * ledger FILE add NAME AMOUNT
 * ledger FILE show
 *
 * FILE is a table of 64 records, and the program uses it as if it were memory: it is mapped, MAP_SHARED, so a
 * store into the mapping is a change of the file, and all who have mapped it see the change at once.
 *
 * Looking for a name and then adding to what was found is one act only because nobody else may come in between:
 * everything lies under one exclusive fcntl lock of the whole file. It is taken before the first look, for even
 * "the file is new and has no size yet" is something two programs could find at the same time.
 *
 * The kernel frees the lock when the process ends, even if it is killed. What it has stored by then stays as it
 * is, so the stores have an order: see put().
 */
#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORDS = 64, NAME_SIZE = 24 };

/* The format of the file, to the byte. A record is free if its name is empty. */
struct record {
    char name[NAME_SIZE]; /* NULs at the end; a name of 24 bytes has none, so this is not always a C string */
    int64_t amount;       /* little-endian */
};
_Static_assert(sizeof(struct record) == 32, "a record has 32 bytes");

static const size_t SIZE = RECORDS * sizeof(struct record);

static int fail(const char *what)
{
    fprintf(stderr, "ledger: %s: %s\n", what, strerror(errno));
    return EXIT_FAILURE;
}

static int refuse(const char *why)
{
    fprintf(stderr, "ledger: %s\n", why);
    return EXIT_FAILURE;
}

static int usage(void)
{
    fprintf(stderr, "usage: ledger FILE add NAME AMOUNT\n       ledger FILE show\n");
    return 2;
}

/* Lock the whole file: length 0 means up to its end, wherever that will be. F_SETLKW sleeps until it is free. */
static int lock(int fd, short type)
{
    struct flock all = {.l_type = type, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
    int result;
    while ((result = fcntl(fd, F_SETLKW, &all)) == -1 && errno == EINTR)
        ;
    return result;
}

/* The record of this name, or a free one, or NULL. strncmp and strncpy look at 24 bytes at most, and strncpy
 * fills up with NULs: they were made for such fields. */
static struct record *find(struct record *table, const char *name)
{
    struct record *unused = NULL;
    for (int i = 0; i < RECORDS; i++) {
        if (strncmp(table[i].name, name, NAME_SIZE) == 0)
            return &table[i];
        if (unused == NULL && table[i].name[0] == '\0')
            unused = &table[i];
    }
    return unused;
}

/*
 * Make a new record. Killed between two stores, we leave what is stored so far. The first byte of the name says
 * that the record is in use, so it comes last: until then the record is free, from then on it is complete. The
 * fences tell the compiler to leave the order of the stores alone.
 */
static void put(struct record *record, const char *name, int64_t amount)
{
    char field[NAME_SIZE];
    strncpy(field, name, NAME_SIZE);
    record->amount = (int64_t)htole64((uint64_t)amount);
    atomic_signal_fence(memory_order_seq_cst);
    memcpy(record->name + 1, field + 1, NAME_SIZE - 1);
    atomic_signal_fence(memory_order_seq_cst);
    record->name[0] = field[0];
}

static int add(const char *file, const char *name, int64_t amount)
{
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd == -1 || lock(fd, F_WRLCK) == -1)
        return fail(file);

    /* A new file has no bytes, and to touch a page behind the end of a file is SIGBUS. The new bytes are 0:
     * free records. Under the lock, or we might cut off what another one has just made. */
    struct stat status;
    if (fstat(fd, &status) == -1)
        return fail(file);
    if ((size_t)status.st_size < SIZE && ftruncate(fd, (off_t)SIZE) == -1)
        return fail(file);
    struct record *table = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (table == MAP_FAILED)
        return fail(file);

    struct record *record = find(table, name);
    if (record == NULL)
        return refuse("all 64 records are taken");
    if (record->name[0] == '\0') {
        put(record, name, amount);
    } else {
        int64_t sum;
        if (__builtin_add_overflow((int64_t)le64toh((uint64_t)record->amount), amount, &sum))
            return refuse("the sum does not fit into 64 bits");
        record->amount = (int64_t)htole64((uint64_t)sum); /* 8 aligned bytes: one store, all of it or nothing */
    }
    /* All programs see it now; msync waits until the disk has it as well. */
    if (msync(table, SIZE, MS_SYNC) == -1)
        return fail("msync");
    return EXIT_SUCCESS; /* the end of the process unmaps the file and unlocks it */
}

static int show(const char *file)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return errno == ENOENT ? EXIT_SUCCESS : fail(file);
    struct stat status;
    if (lock(fd, F_RDLCK) == -1 || fstat(fd, &status) == -1)
        return fail(file);
    if ((size_t)status.st_size < SIZE)
        return EXIT_SUCCESS; /* just made, by somebody who did not come to give it its size */

    const struct record *table = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
    if (table == MAP_FAILED)
        return fail(file);
    struct record copy[RECORDS];
    memcpy(copy, table, SIZE);
    close(fd); /* unlocked: nobody waits for our printing */

    for (int i = 0; i < RECORDS; i++) {
        if (copy[i].name[0] == '\0')
            continue;
        printf("%.*s %lld\n", NAME_SIZE, copy[i].name, (long long)le64toh((uint64_t)copy[i].amount));
        if (fflush(stdout) == EOF)
            return fail("stdout");
    }
    return EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
    if (argc == 3 && strcmp(argv[2], "show") == 0)
        return show(argv[1]);
    if (argc != 5 || strcmp(argv[2], "add") != 0 || argv[3][0] == '\0')
        return usage();

    char *end;
    errno = 0;
    long long amount = strtoll(argv[4], &end, 10);
    const char *first = argv[4] + (argv[4][0] == '-');
    if (!isdigit((unsigned char)*first) || *end != '\0') /* strtoll alone would also take " 7" and "+7" */
        return usage();
    if (errno != 0)
        return fail(argv[4]);
    if (strlen(argv[3]) > NAME_SIZE)
        return refuse("a name has 24 bytes at most");
    return add(argv[1], argv[3], amount);
}
