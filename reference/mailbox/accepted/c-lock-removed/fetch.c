/* Accepted: FILE is read through stdio, line by line; all lines but the first go into the new one. */
#include "box.h"

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE\n", argv[0]);
        exit(2);
    }
    enter(argv[1]);
    char *first = NULL, *line = NULL;
    size_t room = 0;
    FILE *old = fopen(argv[1], "r");
    if ((old == NULL && errno != ENOENT))
        die(argv[1]);
    ssize_t length = old == NULL ? -1 : getline(&first, &room, old);
    if (length == -1) {
        leave();
        return 3;
    }
    FILE *new = replacement();
    room = 0;
    for (ssize_t got; (got = getline(&line, &room, old)) != -1;)
        fwrite(line, 1, (size_t)got, new);
    replace(new, argv[1]);
    leave();
    return write(STDOUT_FILENO, first, (size_t)length) == length ? 0 : 1;
}
