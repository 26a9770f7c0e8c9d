/*
 * mute PORT NAME - comes, and takes nothing of what is said: the room's buffer for it is soon full
 *
 * With the usual segments 4 MB would fit into a connection; with the smallest it is some 10 KB. And the filter lets
 * nothing through that comes: so nothing is acknowledged either, and how much fits does not depend on when that happens.
 */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SEGMENT = 88 };

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: mute PORT NAME\n");
        return 2;
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &(int){SEGMENT}, sizeof(int));
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == -1) {
        perror("mute");
        return 1;
    }
    dprintf(fd, "%s\n", argv[2]);
    struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog filter = {.len = 1, .filter = &nothing};
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == -1) {
        perror("mute");
        return 1;
    }
    for (;;)
        pause();
}
