/* What lies in the queue. The first member of each message is its type: the kernel looks at it, and does not count it. */
#ifndef MAIL_H
#define MAIL_H

#include <stdbool.h>
#include <sys/msg.h>

enum {
    TEXT_SIZE = 200,
    REQUEST_TYPE = 1,
};

struct request {
    long type; /* REQUEST_TYPE */
    long id;
    char text[TEXT_SIZE]; /* filled up with NUL bytes; a text of 200 bytes has none */
};

struct answer {
    long type; /* the id of the request */
    char text[TEXT_SIZE];
};

/* The size that msgsnd and msgrcv want: that of the message without its type. */
#define SIZE_OF(message) (sizeof(message) - sizeof(long))

/* A decimal number that fits into a long, and nothing else; a sign is allowed. */
bool parse_long(const char *text, long *number);

#endif
