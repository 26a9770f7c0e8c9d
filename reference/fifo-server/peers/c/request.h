/* What server and client have in common: how a request is written. */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>

/* A decimal number of 0 or more that fits, followed by `end`: returns what comes after `end`, else NULL. */
const char *parse_number(const char *text, char end, long *number);

/* `PID COUNT`, and nothing else. */
bool parse_request(const char *line, long *pid, long *count);

#endif
