/* Accepted: the records are mapped, and looked at and changed in memory, under the lock of their bytes. */
#include "hall.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static int number(const char *s)
{
    int value = 0;
    if (*s == '\0')
        return -1;
    for (; *s != '\0'; s++) {
        if (!isdigit((unsigned char)*s) || value >= HALL_ROWS)
            return -1;
        value = 10 * value + (*s - '0');
    }
    return value < HALL_ROWS ? value : -1;
}

int main(int argc, char **argv)
{
    if (argc != 4 || number(argv[2]) == -1 || argv[3][0] == '\0') {
        fputs("usage: seat FILE ROW NAME\n", stderr);
        return 2;
    }
    int row = number(argv[2]);
    size_t length = strlen(argv[3]);
    if (length > sizeof(hall_row)) {
        fputs("seat: the name is too long\n", stderr);
        return 1;
    }
    hall h;
    if (hall_open(&h, argv[1]) == -1 || hall_lock(&h, row) == -1) {
        perror(argv[1]);
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("holding %d\n", row);
    char piece[8];
    while (fgets(piece, sizeof piece, stdin) != NULL && strchr(piece, '\n') == NULL)
        ;

    hall_row *mine = &h.rows[row];
    int taken = mine->name[0] != '\0';
    if (taken) {
        printf("taken by ");
        for (size_t i = 0; i < sizeof mine->name && mine->name[i] != '\0'; i++)
            putchar(mine->name[i]);
        putchar('\n');
    } else {
        memcpy(mine->name, argv[3], length);
        puts("reserved");
    }
    return hall_unlock(&h, row) == -1 ? 1 : taken ? 3 : 0;
}
