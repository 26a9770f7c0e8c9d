#include "request.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

const char *parse_number(const char *text, char end, long *number)
{
    char *after;
    if (!isdigit((unsigned char)*text)) /* strtol would take blanks and signs */
        return NULL;
    errno = 0;
    *number = strtol(text, &after, 10);
    return errno == 0 && *after == end ? after + 1 : NULL;
}

bool parse_request(const char *line, long *pid, long *count)
{
    const char *rest = parse_number(line, ' ', pid);
    return rest != NULL && *pid > 0 && parse_number(rest, '\0', count) != NULL;
}
