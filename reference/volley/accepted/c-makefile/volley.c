#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "turns.h"

struct player {
    const char *word;
    long rounds;
    pid_t other;
    int serves;
};

static void *play(void *argument)
{
    const struct player *player = argument;
    for (long round = 1; round <= player->rounds; round++) {
        if (!player->serves)
            turns_take();
        fprintf(stdout, "%s %ld\n", player->word, round);
        fflush(stdout);
        turns_give(player->other);
        if (player->serves)
            turns_take();
    }
    return NULL;
}

static int in_a_thread(struct player *player)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, play, player) != 0)
        return EXIT_FAILURE;
    return pthread_join(thread, NULL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
    int digits = argc == 2 && argv[1][0] != '\0';
    for (const char *c = argc == 2 ? argv[1] : ""; *c != '\0'; c++)
        digits = digits && isdigit((unsigned char)*c);
    if (!digits) {
        fprintf(stderr, "usage: volley ROUNDS\n");
        return 2;
    }
    if (turns_begin() == -1) {
        perror("volley");
        return EXIT_FAILURE;
    }

    struct player ping = {.word = "ping", .rounds = atol(argv[1]), .serves = 1};
    struct player pong = {.word = "pong", .rounds = ping.rounds, .other = getpid()};
    ping.other = fork();
    if (ping.other == -1) {
        perror("volley");
        return EXIT_FAILURE;
    }
    if (ping.other == 0)
        return in_a_thread(&pong);
    int result = in_a_thread(&ping);
    int status;
    if (wait(&status) != ping.other || status != 0)
        return EXIT_FAILURE;
    return result;
}
