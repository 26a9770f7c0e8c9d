/* Wrong: each side sleeps so long that it should be its turn, instead of waiting for the signal. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static long parse_count(const char *text)
{
    char *end;
    errno = 0;
    long count = strtol(text, &end, 10);
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0 ? count : -1;
}

static void strike(const char *word, long round)
{
    printf("%s %ld\n", word, round);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    long rounds = argc == 2 ? parse_count(argv[1]) : -1;
    if (rounds < 0) {
        fprintf(stderr, "usage: volley ROUNDS\n");
        return 2;
    }

    pid_t child = fork();
    if (child == -1) {
        perror("fork");
        return 1;
    }
    if (child == 0) {
        usleep(10000);
        for (long round = 1; round <= rounds; round++) {
            strike("pong", round);
            usleep(20000);
        }
        _exit(0);
    }
    for (long round = 1; round <= rounds; round++) {
        strike("ping", round);
        usleep(20000);
    }
    int status;
    waitpid(child, &status, 0);
    return status == 0 ? 0 : 1;
}
