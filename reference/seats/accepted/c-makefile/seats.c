/* Accepted: built by a Makefile; stdio on the file, without a buffer of its own, so that nothing is read too early or
 * written too late; SIGINT while it waits gives up. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void give_up(int signal_number)
{
    (void)signal_number;
    _exit(1);
}

static bool lock(int fd, long from, long bytes)
{
    struct flock range = {.l_start = from, .l_len = bytes, .l_whence = SEEK_SET, .l_type = F_WRLCK};
    for (;;) {
        if (fcntl(fd, F_SETLKW, &range) != -1)
            return true;
        if (errno != EINTR)
            return false;
    }
}

static bool known(FILE *file, long place, char owner[17])
{
    memset(owner, 0, 17);
    return fseek(file, place, SEEK_SET) == 0 && fread(owner, 16, 1, file) == 1;
}

static bool remember(FILE *file, long place, const char *name)
{
    char record[16] = {0};
    for (int i = 0; i < 16 && name[i]; i++)
        record[i] = name[i];
    return fseek(file, place, SEEK_SET) == 0 && fwrite(record, 16, 1, file) == 1;
}

int main(int argc, char **argv)
{
    int row, used = 0;
    if (argc != 4 || sscanf(argv[2], "%2d%n", &row, &used) != 1 || argv[2][used] || strspn(argv[2], "+- \t\n") ||
        !argv[3][0]) {
        fprintf(stderr, "usage: %s FILE ROW NAME\n", argv[0]);
        return 2;
    }
    if (strlen(argv[3]) > 16) {
        fprintf(stderr, "%s: %s: too long\n", argv[0], argv[3]);
        return 1;
    }
    signal(SIGINT, give_up);

    int fd = open(argv[1], O_RDWR | O_CREAT, 0600);
    FILE *file = fd == -1 ? NULL : fdopen(fd, "r+");
    if (!file || truncate(argv[1], 1600)) {
        perror(argv[1]);
        return 1;
    }
    setbuf(file, NULL);

    long place = 16L * row;
    if (!lock(fileno(file), place, 16)) {
        perror("fcntl");
        return 1;
    }
    printf("holding %d\n", row);
    fflush(stdout);
    char *line = NULL;
    size_t room = 0;
    if (getline(&line, &room, stdin) == -1 && ferror(stdin))
        perror("stdin");
    free(line);

    char owner[17];
    int status = 1;
    if (!known(file, place, owner)) {
        perror(argv[1]);
    } else if (owner[0]) {
        printf("taken by %s\n", owner);
        status = 3;
    } else if (remember(file, place, argv[3])) {
        puts("reserved");
        status = 0;
    } else {
        perror(argv[1]);
    }
    return fclose(file) || fflush(stdout) ? 1 : status;
}
