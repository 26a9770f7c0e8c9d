#ifndef DIGITS_H
#define DIGITS_H

#include <stddef.h>

struct digits {
    char text[24];
    size_t length;
};

struct digits digits_of(unsigned long number);
/* Whether all of a text is a decimal number. */
int number_in(const char *text, unsigned long *number);

#endif
