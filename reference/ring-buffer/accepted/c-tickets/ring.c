/* Accepted: two source files and a header; a consumer draws a ticket before it waits, and there are as many tickets
 * as items; the mutex is one of pthreads. */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buffer.h"

static uint32_t count(const char *text)
{
    if (*text == '\0' || strspn(text, "0123456789") != strlen(text))
        errx(2, "'%s' is not a count", text);
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 10);
    if (errno != 0 || value > INT32_MAX)
        errx(2, "%s is too much", text);
    return (uint32_t)value;
}

static void producer(struct buffer *buffer, uint32_t me, uint32_t items)
{
    for (uint32_t n = 1; n <= items; n++)
        buffer_put(buffer, (uint64_t)me << 32 | n);
    exit(EXIT_SUCCESS);
}

static void consumer(struct buffer *buffer)
{
    setlinebuf(stdout);
    while (buffer_draw_ticket(buffer)) {
        uint64_t item = buffer_take(buffer);
        printf("%" PRIu64 ":%" PRIu64 "\n", item >> 32, item & UINT32_MAX);
    }
    exit(EXIT_SUCCESS);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        errx(2, "usage: ring SLOTS PRODUCERS CONSUMERS ITEMS");
    uint32_t slots = count(argv[1]), producers = count(argv[2]), consumers = count(argv[3]), items = count(argv[4]);
    if (slots == 0 || consumers == 0)
        return EXIT_SUCCESS;

    struct buffer *buffer = buffer_make(slots, (uint64_t)producers * items);
    if (buffer == NULL)
        err(1, "buffer");

    for (uint32_t i = 0; i < consumers; i++)
        switch (fork()) {
        case -1:
            err(1, "fork");
        case 0:
            consumer(buffer);
        }
    for (uint32_t i = 0; i < producers; i++)
        switch (fork()) {
        case -1:
            err(1, "fork");
        case 0:
            producer(buffer, i + 1, items);
        }

    int status, failures = 0;
    while (wait(&status) != -1 || errno == EINTR)
        failures += status != 0;
    buffer_free(buffer);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
