#ifndef PLAYER_H
#define PLAYER_H

struct player {
    const char *name;
    int in;
    int out;
    int serves; /* begins, and stops when the last number has come back */
};

/* Plays until `last` has come back, or the other side has closed. Returns 0, or 1 after a failure. */
int play(const struct player *player, long last);

#endif
