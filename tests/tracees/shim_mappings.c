/* Which memory is shared: POSIX and System V segments, files, partial unmaps, moves, replaced mappings. */
#include "shim_expect.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>

#define PAGE 4096
#define PAGES(n) ((size_t)(n) * PAGE)

/* One byte of a page, stored and announced; or stored and kept quiet. */
static void shared_page(char *base, int page)
{
    POINT("store", base[page * PAGE + 7]);
    base[page * PAGE + 7] = (char)page;
}

static void private_page(char *base, int page)
{
    base[page * PAGE + 7] = (char)page;
}

static char *map_anonymous(size_t size, int flags)
{
    char *base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | flags, -1, 0);
    CHECK(base != MAP_FAILED);
    return base;
}

static void posix_segment(void)
{
    char name[40];
    snprintf(name, sizeof name, "/shim_mappings.%d", getpid());
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    CHECK(fd >= 0 && shm_unlink(name) == 0 && ftruncate(fd, PAGE) == 0);
    char *first = mmap(NULL, 100, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *second = mmap64(NULL, 100, PROT_READ, MAP_SHARED_VALIDATE, fd, 0);
    char *own = mmap(NULL, 100, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    CHECK(first != MAP_FAILED && second != MAP_FAILED && own != MAP_FAILED);
    close(fd);

    private_page(own, 0);
    POINT("store", first[99]);
    first[99] = 'x';
    POINT("load", second[99]);
    CHECK(second[99] == 'x');
    POINT("store", first[PAGE - 1]); /* behind the length asked for, but there */
    first[PAGE - 1] = 'y';
    CHECK(munmap(first, 100) == 0 && munmap(second, 100) == 0 && munmap(own, 100) == 0);
}

static void system_v_segment(void)
{
    int id = shmget(IPC_PRIVATE, PAGES(2) + 1, 0600);
    char *writable = shmat(id, NULL, 0), *readable = shmat(id, NULL, SHM_RDONLY);
    CHECK(writable != (void *)-1 && readable != (void *)-1 && shmctl(id, IPC_RMID, NULL) == 0);
    shared_page(writable, 0);
    shared_page(writable, 2);
    POINT("load", readable[2 * PAGE + 7]);
    CHECK(readable[2 * PAGE + 7] == 2);
    CHECK(shmdt(readable + PAGE) == -1 && errno == EINVAL);
    CHECK(shmdt(writable) == 0);
    POINT("load", readable[7]);
    CHECK(readable[7] == 0 && shmdt(readable) == 0);

    errno = 0;
    CHECK(shmat(-1, NULL, 0) == (void *)-1 && errno == EINVAL);
}

/* Where shared memory was, private memory says nothing: whatever way it came there. */
static void replaced(void)
{
    char *base = map_anonymous(PAGES(5), MAP_SHARED);
    for (int page = 0; page < 5; page++)
        shared_page(base, page);
    CHECK(munmap(base + PAGES(1), PAGES(1)) == 0);
    CHECK(mmap(base + PAGES(1), PAGES(1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
               -1, 0) == base + PAGES(1));
    CHECK(mmap(base + PAGES(3), PAGES(1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
               -1, 0) == base + PAGES(3));
    shared_page(base, 0);
    private_page(base, 1);
    shared_page(base, 2);
    private_page(base, 3);
    shared_page(base, 4);
    CHECK(munmap(base, PAGES(5)) == 0);
    CHECK(munmap(base + 1, PAGES(1)) == -1 && errno == EINVAL);
}

static void ends_cut_off(void)
{
    char *base = map_anonymous(PAGES(4), MAP_SHARED);
    CHECK(munmap(base, PAGES(1)) == 0 && munmap(base + PAGES(3), 1) == 0);
    shared_page(base, 1);
    shared_page(base, 2);
    CHECK(mmap(base, PAGES(1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
          base);
    CHECK(mmap(base + PAGES(3), PAGES(1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
               -1, 0) == base + PAGES(3));
    private_page(base, 0);
    private_page(base, 3);
    shared_page(base, 1);
    CHECK(munmap(base, PAGES(4)) == 0);
}

/* Two mappings side by side, and an access across both. */
static void neighbours(void)
{
    char *base = map_anonymous(PAGES(2), MAP_PRIVATE);
    CHECK(mmap(base + PAGES(1), PAGES(1), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED,
               -1, 0) == base + PAGES(1));
    base[PAGE - 1] = 1;
    POINT("store", base[PAGE]);
    base[PAGE] = 1;
    int *across = (int *)(base + PAGE - 2);
    POINT("store", *across);
    *across = 5;
    CHECK(munmap(base, PAGES(2)) == 0);
}

static void moved(void)
{
    char *base = map_anonymous(PAGES(2), MAP_SHARED);
    shared_page(base, 1);
    char *target = map_anonymous(PAGES(3), MAP_PRIVATE);
    private_page(target, 1);
    char *now = mremap(base, PAGES(2), PAGES(2), MREMAP_MAYMOVE | MREMAP_FIXED, target);
    CHECK(now == target);
    shared_page(now, 1);
    private_page(now, 2);
    CHECK(mremap(now, PAGES(2), PAGES(1), 0) == now);
    shared_page(now, 0);
    char *twin = mremap(now, 0, PAGES(1), MREMAP_MAYMOVE);
    CHECK(twin != MAP_FAILED);
    shared_page(now, 0);
    shared_page(twin, 0);
    CHECK(munmap(now, PAGES(1)) == 0 && munmap(twin, PAGES(1)) == 0);
}

/* A child has what it inherited, and what it maps itself is its own. */
static void forked(void)
{
    char *base = map_anonymous(PAGES(1), MAP_SHARED);
    pid_t child = fork();
    if (child == 0) {
        shared_page(base, 0);
        CHECK(munmap(base, PAGES(1)) == 0);
        CHECK(mmap(base, PAGES(1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                   0) == base);
        private_page(base, 0);
        _exit(0);
    }
    reap(child);
    shared_page(base, 0);
    CHECK(munmap(base, PAGES(1)) == 0);
}

int main(void)
{
    posix_segment();
    system_v_segment();
    replaced();
    ends_cut_off();
    neighbours();
    moved();
    forked();
    return 0;
}
