#include "digits.h"

#include <stdio.h>
#include <string.h>

struct digits digits_of(unsigned long number)
{
    struct digits d;
    d.length = (size_t)snprintf(d.text, sizeof d.text, "%lu", number);
    return d;
}

int number_in(const char *text, unsigned long *number)
{
    *number = 0;
    if (*text == '\0' || strlen(text) > 18)
        return 0;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return 0;
        *number = *number * 10 + (unsigned long)(*text - '0');
    }
    return 1;
}
