#include "mail.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

bool parse_long(const char *text, long *number)
{
    char *end;
    if (!isdigit((unsigned char)text[*text == '-'])) /* strtol would take blanks as well */
        return false;
    errno = 0;
    *number = strtol(text, &end, 10);
    return errno == 0 && *end == '\0';
}
