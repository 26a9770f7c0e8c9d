#include "segment.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int shared_count_make(struct shared_count *count, const char *name)
{
    /* The semaphore first here: then it is the one to take back when the segment is another's. */
    count->gate = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
    if (count->gate == SEM_FAILED)
        return errno;

    int error = 0;
    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fd == -1) {
        error = errno;
        sem_unlink(name);
        return error;
    }
    long pagesize = sysconf(_SC_PAGESIZE);
    if (ftruncate(fd, pagesize) == -1)
        error = errno;
    if (error == 0) {
        void *page = mmap(0, pagesize, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (page == MAP_FAILED)
            error = errno;
        else
            count->cell = page;
    }
    close(fd);
    if (error != 0)
        shared_count_remove(name);
    return error;
}

int shared_count_increment(struct shared_count *count)
{
    while (sem_wait(count->gate) == -1)
        if (errno != EINTR)
            return -1;
    ++*count->cell;
    return sem_post(count->gate);
}

void shared_count_remove(const char *name)
{
    shm_unlink(name);
    sem_unlink(name);
}
