#include "address.h"

#include <stdio.h>
#include <string.h>

bool make_address(const char *path, struct sockaddr_un *address)
{
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) {
        fprintf(stderr, "%s: too long for a socket\n", path);
        return false;
    }
    strcpy(address->sun_path, path);
    return true;
}
