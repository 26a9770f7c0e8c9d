/*
 * No part of a solution: a stand-in for the scenario "zombie-owner". In the environment of ZOMBIE_IN_PIDFILE the
 * program is no daemon, but a process with a child that has ended and that nobody waits for, a zombie; the zombie's
 * pid is written to NAME.pid. A constructor runs before main; glibc gives it main's arguments.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((constructor)) static void keep_a_zombie(int argc, char *argv[])
{
    if (getenv("ZOMBIE_IN_PIDFILE") == NULL || argc != 2)
        return;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    siginfo_t info;
    waitid(P_PID, child, &info, WEXITED | WNOWAIT); /* see it end, but leave it as it is */

    char path[4096];
    snprintf(path, sizeof path, "%s.pid", argv[1]);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (child == -1 || fd == -1)
        _exit(EXIT_FAILURE);
    dprintf(fd, "%ld\n", (long)child);
    close(fd);
    dprintf(STDOUT_FILENO, "zombie\n");
    for (;;)
        pause();
}
