/* Accepted: the even ones begin with the left fork, the odd ones with the right one. The process that was started
 * is philosopher 0 itself; the others are started from the last to the first. Two source files. */
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "table.h"

static int number(const char *text)
{
    char *end;
    errno = 0;
    long value = text[0] >= '0' && text[0] <= '9' ? strtol(text, &end, 10) : -1;
    if (value < 0 || value > INT_MAX || errno != 0 || *end != '\0')
        errx(2, "usage: dine N MEALS");
    return (int)value;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        errx(2, "usage: dine N MEALS");
    int seats = number(argv[1]), meals = number(argv[2]);
    if (seats == 0)
        return 0;

    struct table *table = table_make(seats);
    if (table == NULL)
        err(1, "table");
    int bad = 0;
    for (int me = seats - 1; me > 0; me--) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(table_dine(table, me, meals));
        if (pid == -1) {
            warn("fork");
            bad = 1;
        }
    }
    bad |= table_dine(table, 0, meals);
    int status;
    while (wait(&status) > 0)
        bad |= status != 0;
    return bad;
}
