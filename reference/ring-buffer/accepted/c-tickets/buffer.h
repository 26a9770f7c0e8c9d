#ifndef BUFFER_H
#define BUFFER_H

#include <stdbool.h>
#include <stdint.h>

struct buffer;

/* A buffer through which `items` items will go, for this process and all that it forks. NULL: errno says why. */
struct buffer *buffer_make(uint32_t slots, uint64_t items);
void buffer_free(struct buffer *buffer);

void buffer_put(struct buffer *buffer, uint64_t item);

/* May one more item be taken? Whoever is told yes takes exactly one. */
bool buffer_draw_ticket(struct buffer *buffer);
uint64_t buffer_take(struct buffer *buffer);

#endif
