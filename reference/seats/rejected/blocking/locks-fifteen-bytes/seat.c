/* Wrong: leaves out the last byte of the record. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char record[17] = "", *end;
    int c;

    long row = argc == 4 ? strtol(argv[2], &end, 10) : -1;
    if (row < 0 || row > 99 || *argv[2] == '\0' || *end != '\0' || *argv[3] == '\0') {
        fprintf(stderr, "usage: seat FILE ROW NAME\n");
        return 2;
    }
    if (strlen(argv[3]) > 16) {
        fprintf(stderr, "seat: the name is too long\n");
        return 1;
    }
    int fd = open(argv[1], O_RDWR | O_CREAT, 0600);
    if (fd == -1) {
        perror(argv[1]);
        return 1;
    }
    ftruncate(fd, 1600);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = row * 16, .l_len = 15};
    if (fcntl(fd, F_SETLKW, &lock) == -1) {
        perror("fcntl");
        return 1;
    }
    printf("holding %ld\n", row);
    fflush(stdout);
    while ((c = getchar()) != '\n' && c != EOF)
        ;
    pread(fd, record, 16, row * 16);
    if (record[0] != '\0') {
        printf("taken by %s\n", record);
        return 3;
    }
    strncpy(record, argv[3], 16);
    pwrite(fd, record, 16, row * 16);
    printf("reserved\n");
    return 0;
}
