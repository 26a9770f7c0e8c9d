/* Sockets: Unix stream, datagram and pair, TCP over loopback. */
#include "expect.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(void)
{
    struct sockaddr_un address = {AF_UNIX, "s"}, other = {AF_UNIX, "d"};
    struct sockaddr_in internet = {AF_INET, htons(4000), {htonl(INADDR_LOOPBACK)}, {0}};
    char data[16];
    int at, one = 1, pair[2];

    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    ABOVE("socket socket:1 = 3 {'family': 'AF_UNIX', 'type': 'SOCK_STREAM', 'fd': 3}");
    CHECK(connect(server, (struct sockaddr *)&address, sizeof address) == -1 && errno == ENOENT);
    ABOVE("connect socket:1 = ENOENT {'fd': 3, 'address': 's'}");
    CHECK(bind(server, (struct sockaddr *)&address, sizeof address) == 0);
    ABOVE("bind socket:1 = 0 {'fd': 3, 'address': 's'}");
    CHECK(listen(server, 5) == 0);
    ABOVE("listen socket:1 = 0 {'fd': 3, 'backlog': 5}");
    at = __LINE__; pid_t child = fork();
    if (child == 0) {
        close(server);
        ABOVE("close socket:1 = 0 {}");
        rest();
        int client = socket(AF_UNIX, SOCK_STREAM, 0);
        ABOVE("socket socket:2 = 3 {}");
        CHECK(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
        ABOVE("connect socket:2 = 0 {'fd': 3, 'address': 's'}");
        rest();
        CHECK(send(client, "abc", 3, 0) == 3);
        ABOVE("send socket:2 = 3 {'fd': 3, 'count': 3, 'data': 'abc'}");
        CHECK(recv(client, data, 16, 0) == 2);
        ABOVE("recv socket:2 = 2 blocked {'fd': 3, 'count': 16, 'data': 'xy'}");
        rest();
        CHECK(shutdown(client, SHUT_WR) == 0);
        ABOVE("shutdown socket:2 = 0 {'fd': 3, 'how': 'SHUT_WR'}");
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    int peer = accept(server, NULL, NULL);
    ABOVE("accept socket:1 = 4 blocked {'fd': 4}");
    CHECK(peer == 4);
    CHECK(read(peer, data, 16) == 3);
    ABOVE("read socket:3 = 3 blocked {'fd': 4, 'data': 'abc'}");
    rest();
    CHECK(write(peer, "xy", 2) == 2);
    ABOVE("write socket:3 = 2 {'fd': 4, 'data': 'xy'}");
    CHECK(recv(peer, data, 16, 0) == 0);
    ABOVE("recv socket:3 = 0 blocked {'data': ''}");
    CHECK(recv(peer, data, 16, MSG_DONTWAIT) == 0);
    ABOVE("recv socket:3 = 0 {'data': ''}");
    wait(NULL);
    ABOVE("wait - = %d {}", child);

    int datagram = socket(AF_UNIX, SOCK_DGRAM, 0);
    ABOVE("socket socket:4 = 5 {'type': 'SOCK_DGRAM'}");
    CHECK(bind(datagram, (struct sockaddr *)&other, sizeof other) == 0);
    ABOVE("bind socket:4 = 0 {'address': 'd'}");
    CHECK(sendto(datagram, "dg", 2, 0, (struct sockaddr *)&other, sizeof other) == 2);
    ABOVE("send socket:4 = 2 {'fd': 5, 'count': 2, 'data': 'dg'}");
    CHECK(recvfrom(datagram, data, 1, 0, NULL, NULL) == 1);
    ABOVE("recv socket:4 = 1 {'count': 1, 'data': 'd'}");
    CHECK(recv(datagram, data, 1, MSG_DONTWAIT) == -1);
    ABOVE("recv socket:4 = EAGAIN {}");
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    ABOVE("socketpair socket:5 = 0 {'fds': [6, 7]}");
    struct iovec parts[] = {{"1", 1}, {"23", 2}};
    CHECK(sendmsg(pair[0], &(struct msghdr){.msg_iov = parts, .msg_iovlen = 2}, 0) == 3);
    ABOVE("send socket:5 = 3 {'fd': 6, 'data': '123'}");
    struct iovec room = {data, 16};
    CHECK(recvmsg(pair[1], &(struct msghdr){.msg_iov = &room, .msg_iovlen = 1}, 0) == 3);
    ABOVE("recv socket:6 = 3 {'fd': 7, 'data': '123'}");
    close(pair[1]);
    ABOVE("close socket:6 = 0 {}");
    CHECK(send(pair[0], "1", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE);
    ABOVE("send socket:5 = EPIPE {}");

    int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ABOVE("socket socket:7 = 7 {'family': 'AF_INET', 'type': 'SOCK_STREAM'}");
    setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    ABOVE("setsockopt socket:7 = 0 {'fd': 7}");
    CHECK(bind(tcp, (struct sockaddr *)&internet, sizeof internet) == 0);
    ABOVE("bind socket:7 = 0 {'address': '127.0.0.1:4000'}");
    CHECK(listen(tcp, 1) == 0);
    ABOVE("listen socket:7 = 0 {}");
    int near = socket(AF_INET, SOCK_STREAM, 0);
    ABOVE("socket socket:8 = 8 {}");
    CHECK(connect(near, (struct sockaddr *)&internet, sizeof internet) == 0);
    ABOVE("connect socket:8 = 0 {'address': '127.0.0.1:4000'}");
    int far = accept(tcp, NULL, NULL);
    ABOVE("accept socket:7 = 9 {'fd': 9}");
    CHECK(write(near, "tcp", 3) == 3);
    ABOVE("write socket:8 = 3 {}");
    CHECK(read(far, data, 16) == 3);
    ABOVE("read socket:9 = 3 {'data': 'tcp'}");
    at = __LINE__; child = fork();
    if (child == 0) {
        CHECK(read(far, data, 16) == 5);
        ABOVE("read socket:9 = 5 blocked {'data': 'later'}");
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    rest();
    CHECK(write(near, "later", 5) == 5);
    ABOVE("write socket:8 = 5 {}");
    wait(NULL);
    ABOVE("wait - = %d blocked {}", child);
    leave(0);
}
