/* Accepted: FILE.lock is removed by whoever has it, and who has waited for it looks whether it is still the one. */
#include "box.h"

int main(int argc, char *argv[])
{
    if (argc != 3 || strchr(argv[2], '\n')) {
        fprintf(stderr, "usage: %s FILE TEXT\n", argv[0]);
        exit(2);
    }
    enter(argv[1]);
    FILE *old = fopen(argv[1], "r"), *new = replacement();
    if (old == NULL && errno != ENOENT)
        die(argv[1]);
    for (int c; old != NULL && (c = getc(old)) != EOF;)
        putc(c, new);
    fprintf(new, "%s\n", argv[2]);
    replace(new, argv[1]);
    leave();
    return 0;
}
