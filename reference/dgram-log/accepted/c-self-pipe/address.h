#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

/* False if the path is too long for a socket. */
bool make_address(const char *path, struct sockaddr_un *address);

#endif
