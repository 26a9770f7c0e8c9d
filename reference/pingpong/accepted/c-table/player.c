#include "player.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

typedef unsigned char message[4];

static long take(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    message bytes;
    if (poll(&ready, 1, -1) != 1)
        return -1;
    if (read(fd, bytes, sizeof bytes) != sizeof bytes)
        return 0;
    return (long)bytes[0] << 24 | (long)bytes[1] << 16 | (long)bytes[2] << 8 | bytes[3];
}

static int give(int fd, long number)
{
    message bytes = {number >> 24 & 0xff, number >> 16 & 0xff, number >> 8 & 0xff, number & 0xff};
    return write(fd, bytes, sizeof bytes) == sizeof bytes;
}

int play(const struct player *player, long last)
{
    long number = 0;
    int mine = player->serves;
    for (;;) {
        if (player->serves && number >= last)
            return 0;
        if (mine) {
            number++;
            printf("%s %ld\n", player->name, number);
            fflush(stdout);
            if (!give(player->out, number))
                return 1;
        }
        number = take(player->in);
        if (number <= 0)
            return number == 0 && !player->serves ? 0 : 1;
        mine = 1;
    }
}
