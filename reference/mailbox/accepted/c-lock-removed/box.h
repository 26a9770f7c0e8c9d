/* The lock file is removed when it is not needed. That is right only because everybody looks, when he has got the
 * lock, whether it is still the file of that name, and because only the holder removes it. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static char lock_name[PATH_MAX], new_name[PATH_MAX];

__attribute__((noreturn)) static void die(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void enter(const char *file)
{
    snprintf(lock_name, sizeof lock_name, "%s.lock", file);
    snprintf(new_name, sizeof new_name, "%s.%ld", file, (long)getpid());
    for (;;) {
        struct stat mine, named;
        int fd = open(lock_name, O_WRONLY | O_CREAT, 0600);
        if (fd == -1 || flock(fd, LOCK_EX) == -1 || fstat(fd, &mine) == -1)
            die(lock_name);
        if (stat(lock_name, &named) == 0 && mine.st_ino == named.st_ino && mine.st_dev == named.st_dev)
            return;
        close(fd);
    }
}

static void leave(void)
{
    unlink(lock_name); /* the lock itself goes with this process */
}

static FILE *replacement(void)
{
    int fd = open(new_name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    FILE *stream = fd == -1 ? NULL : fdopen(fd, "w");
    if (stream == NULL)
        die(new_name);
    return stream;
}

static void replace(FILE *stream, const char *file)
{
    if (fflush(stream) == EOF || fsync(fileno(stream)) == -1 || fclose(stream) == EOF || rename(new_name, file) == -1)
        die(file);
}
