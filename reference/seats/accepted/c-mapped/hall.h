#ifndef HALL_H
#define HALL_H

#define HALL_ROWS 100

typedef struct {
    char name[16]; /* no NUL at the end if all of it is used */
} hall_row;

typedef struct {
    int fd;
    hall_row *rows;
} hall;

/* All of them: 0, or -1 and errno. */
int hall_open(hall *h, const char *path);
int hall_lock(const hall *h, int row);
int hall_unlock(const hall *h, int row);

#endif
