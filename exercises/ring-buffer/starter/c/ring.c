/*
 * usage: ring SLOTS PRODUCERS CONSUMERS ITEMS
 *
 * PRODUCERS put ITEMS items each into a ring of SLOTS slots, CONSUMERS take them out and print them.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* A count in decimal, or -1 if `text` is anything else. */
static long parse_count(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (!isdigit((unsigned char)*c))
            return -1;
    errno = 0;
    long count = strtol(text, NULL, 10);
    return *text == '\0' || errno != 0 ? -1 : count;
}

int main(int argc, char *argv[])
{
    long slots = argc == 5 ? parse_count(argv[1]) : -1;
    long producers = argc == 5 ? parse_count(argv[2]) : -1;
    long consumers = argc == 5 ? parse_count(argv[3]) : -1;
    long items = argc == 5 ? parse_count(argv[4]) : -1;
    if (slots < 0 || producers < 0 || consumers < 0 || items < 0) {
        fprintf(stderr, "usage: ring SLOTS PRODUCERS CONSUMERS ITEMS\n");
        return 2;
    }

    /* Step 1: what do all processes share? Write a structure for it, with the slots at its end, and map it so that
     *         the children have the same memory, not copies. How large must the mapping be? */

    /* Step 2: make the semaphores in it. What does each of them count, and with which value does it begin? */

    /* Step 3: write put and take. For what does each have to wait first, and for what only then? What must be one act,
     *         and what should happen outside it? */

    /* Step 4: start the producers and the consumers. A producer puts its items and ends. A consumer prints what it
     *         takes; each line must be out at once, also if stdout is a pipe. */

    /* Step 5: how does a consumer that sleeps learn that nothing more will come? How do all of them? What if there are
     *         more consumers than items, or no items at all? */

    /* Step 6: wait for every child. */

    fprintf(stderr, "ring: not written yet (%ld slots, %ld producers, %ld consumers, %ld items)\n", slots, producers,
            consumers, items);
    return EXIT_FAILURE;
}
