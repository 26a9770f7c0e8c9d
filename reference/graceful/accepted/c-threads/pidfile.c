#include "pidfile.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool zombie_or_gone(const char *pid)
{
    char path[80], state = 0;
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return true;
    char *text = NULL;
    size_t room = 0;
    if (getdelim(&text, &room, '\0', f) > 0 && strrchr(text, ')'))
        state = strrchr(text, ')')[2];
    free(text);
    fclose(f);
    return state == 0 || state == 'Z' || state == 'X';
}

static bool has_live_owner(const char *path)
{
    char pid[16] = {0};
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    size_t n = fread(pid, 1, 12, f);
    fclose(f);
    if (n > 0 && pid[n - 1] == '\n')
        pid[--n] = 0;
    for (size_t i = 0; i < n; i++)
        if (!isdigit((unsigned char)pid[i]))
            return false;
    return n > 0 && n < 11 && atol(pid) > 0 && atol(pid) != getpid() && !zombie_or_gone(pid);
}

/* The new file is written under another name and then moved to its place in one act, so that it is never seen
 * empty; the lock of the directory keeps others from deciding at the same time. */
bool pidfile_claim(const char *path)
{
    bool ok = false;
    char place[PATH_MAX], fresh[PATH_MAX + 32];
    snprintf(place, sizeof place, "%s", path);
    snprintf(fresh, sizeof fresh, "%s.%ld", path, (long)getpid());
    int dir = open(dirname(place), O_RDONLY | O_DIRECTORY);
    if (dir < 0) {
        perror(path);
        return false;
    }
    while (flock(dir, LOCK_EX) < 0 && errno == EINTR)
        ;
    if (has_live_owner(path)) {
        fprintf(stderr, "%s: taken\n", path);
    } else {
        int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ok = fd >= 0 && dprintf(fd, "%ld\n", (long)getpid()) > 0 && rename(fresh, path) == 0;
        if (!ok) {
            perror(path);
            unlink(fresh);
        }
        if (fd >= 0)
            close(fd);
    }
    close(dir);
    return ok;
}
