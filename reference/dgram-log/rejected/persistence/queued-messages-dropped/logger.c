#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "address.h"

int main(int argc, char *argv[])
{
    struct sockaddr_un address;
    if (argc != 3) {
        fprintf(stderr, "usage: logger SOCKET TEXT\n");
        return 2;
    }
    if (!make_address(argv[1], &address))
        return 1;
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    struct iovec text = {argv[2], strlen(argv[2])};
    struct msghdr message = {.msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &text, .msg_iovlen = 1};
    if (fd == -1 || sendmsg(fd, &message, 0) == -1) {
        perror(argv[1]);
        return 1;
    }
    return 0;
}
