/* Accepted: post appends to FILE itself, by one write; whoever comes next cuts off what was written in part. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box.h"

int main(int argc, char *argv[])
{
    char *line;
    struct box box;

    if (argc != 3 || strchr(argv[2], '\n') != NULL)
        return fputs("usage: post FILE TEXT\n", stderr), 2;
    int length = asprintf(&line, "%s\n", argv[2]);
    if (length == -1 || box_open(&box, argv[1]) == -1 || put_all(box.fd, line, (size_t)length) == -1 ||
        fsync(box.fd) == -1) {
        perror("post");
        return 1;
    }
    return 0;
}
