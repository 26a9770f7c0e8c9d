/*
 * pipeline CMD [ARG...] -- CMD [ARG...] [-- ...] - what a shell does for `CMD ARG | CMD ARG | ...`
 *
 * Compile: gcc -std=gnu11 -Wall -Wextra -o pipeline pipeline.c
 *
 * So far the commands are cut apart and shown on stderr. What is missing is marked TODO.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * Cuts the arguments at each "--" into commands, each an argument vector as execvp wants it.
 * Returns how many there are; 0 if one of them is empty.
 */
static int split(char **words, char ***commands)
{
    int count = 0;
    commands[count++] = words;
    for (char **word = words; *word != NULL; word++) {
        if (strcmp(*word, "--") == 0) {
            *word = NULL;
            commands[count++] = word + 1;
        }
    }
    for (int i = 0; i < count; i++)
        if (commands[i][0] == NULL)
            return 0;
    return count;
}

int main(int argc, char **argv)
{
    char **commands[argc + 1];
    int count = split(argv + 1, commands);
    if (count < 2) {
        fprintf(stderr, "usage: pipeline CMD [ARG...] -- CMD [ARG...] [-- ...]\n");
        return 2;
    }

    for (int i = 0; i < count; i++) {
        /* TODO: make the pipe to the next command (the last one has none). */
        /* TODO: fork. In the child: connect stdin and stdout, close what it does not need, execvp. */
        /* TODO: in the parent: close what only the child needs. */
        fprintf(stderr, "pipeline: command %d is %s\n", i + 1, commands[i][0]);
    }

    /* TODO: wait for all children, and return the status of the last command as the shell would. */
    fprintf(stderr, "pipeline: not finished yet\n");
    return 1;
}
