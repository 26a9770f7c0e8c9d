/*
 * Keeps the table of shared ranges true: the calls that map and unmap memory. Each makes its system call
 * itself, since the C library's own function has the same name. Mappings that the C library makes for
 * itself do not come through here; the one that matters, of a named semaphore, is entered by sem_open
 * (semaphores.c).
 */
#include "accesses.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Memory is mapped in whole pages, which are larger than 4 KiB on some aarch64 kernels. */
static size_t whole_pages(size_t size)
{
    size_t page = (size_t)getpagesize();
    return (size + page - 1) / page * page;
}

static void *map(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    void *mapped = (void *)syscall(SYS_mmap, address, size, protection, flags, fd, offset);
    if (mapped == MAP_FAILED)
        return mapped;
    /* Also drops what MAP_FIXED replaced, and what was unmapped behind our back. */
    ipcshim_remove(mapped, whole_pages(size));
    int type = flags & MAP_TYPE;
    if (type == MAP_SHARED || type == MAP_SHARED_VALIDATE)
        ipcshim_add(mapped, whole_pages(size));
    return mapped;
}

INTERPOSED void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    return map(address, size, protection, flags, fd, offset);
}

INTERPOSED void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t offset)
{
    return map(address, size, protection, flags, fd, offset);
}

INTERPOSED int munmap(void *address, size_t size)
{
    /* Before the call: as soon as it is done another thread may map something else there. */
    if (size != 0 && (uintptr_t)address % (size_t)getpagesize() == 0)
        ipcshim_remove(address, whole_pages(size));
    ipcshim_freed(address, size, CALLER);
    return (int)syscall(SYS_munmap, address, size);
}

INTERPOSED void *mremap(void *old, size_t old_size, size_t new_size, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    void *wanted = flags & MREMAP_FIXED ? va_arg(arguments, void *) : NULL;
    va_end(arguments);

    _Bool was_shared = ipcshim_shared(old, 1);
    void *mapped = (void *)syscall(SYS_mremap, old, old_size, new_size, flags, wanted);
    if (mapped == MAP_FAILED)
        return mapped;
    if (old_size != 0 && !(flags & MREMAP_DONTUNMAP)) /* size 0: a second mapping of the same memory */
        ipcshim_remove(old, whole_pages(old_size));
    ipcshim_remove(mapped, whole_pages(new_size));
    if (was_shared)
        ipcshim_add(mapped, whole_pages(new_size));
    return mapped;
}

/* Whoever may attach a segment may also ask for its size. The call is marked as ours, not the program's. */
static size_t segment_size(int id)
{
    struct shmid_ds status;
    long result =
        raw_syscall(SYS_shmctl, (long)(ANNOUNCE_MAGIC | (unsigned)id), IPC_STAT, (long)&status, 0, 0, 0);
    return result < 0 ? 1 : status.shm_segsz;
}

INTERPOSED void *shmat(int id, const void *address, int flags)
{
    void *attached = (void *)syscall(SYS_shmat, id, address, flags);
    if (attached == (void *)-1)
        return attached;
    size_t size = whole_pages(segment_size(id));
    ipcshim_remove(attached, size); /* SHM_REMAP replaces what was there */
    ipcshim_add(attached, size);
    return attached;
}

INTERPOSED int shmdt(const void *address)
{
    size_t size = ipcshim_remove_at(address);
    int result = (int)syscall(SYS_shmdt, address);
    if (result != 0 && size != 0)
        ipcshim_add(address, size);
    return result;
}
