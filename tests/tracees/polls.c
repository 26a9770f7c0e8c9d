/* Waiting for several at once: poll, select, epoll; event descriptors. */
#include "expect.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>

int main(void)
{
    int first[2], second[2], at;
    uint64_t number = 3;
    struct epoll_event event = {.events = EPOLLIN};

    pipe(first);
    ABOVE("pipe pipe:1 = 0 {'fds': [3, 4]}");
    pipe(second);
    ABOVE("pipe pipe:2 = 0 {'fds': [5, 6]}");
    struct pollfd fds[] = {{first[0], POLLIN, 0}, {-1, POLLIN, 0}, {second[0], POLLIN, 0}};
    CHECK(poll(fds, 3, 0) == 0);
    ABOVE("poll pipe:1 = 0 {'fds': [3, 5], 'objects': ['pipe:1', 'pipe:2'], 'timeout_ns': 0}");
    at = __LINE__; pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 4; i++) {
            rest();
            write(second[1], "x", 1);
            ABOVE("write pipe:2 = 1 {}");
        }
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    CHECK(poll(fds, 3, -1) == 1 && fds[2].revents == POLLIN);
    ABOVE("poll pipe:1 = 1 blocked {'fds': [3, 5], 'objects': ['pipe:1', 'pipe:2'], 'timeout_ns': None}");
    char one;
    CHECK(read(second[0], &one, 1) == 1);
    ABOVE("read pipe:2 = 1 {}");
    CHECK(poll(fds, 3, 60000) == 1);
    ABOVE("poll pipe:1 = 1 blocked {'timeout_ns': 60000000000}");
    CHECK(read(second[0], &one, 1) == 1);
    ABOVE("read pipe:2 = 1 {}");
    fd_set set;
    FD_ZERO(&set);
    FD_SET(first[0], &set);
    FD_SET(second[0], &set);
    CHECK(select(second[0] + 1, &set, NULL, NULL, NULL) == 1 && !FD_ISSET(first[0], &set));
    ABOVE("select pipe:1 = 1 blocked {'fds': [3, 5], 'objects': ['pipe:1', 'pipe:2'], 'timeout_ns': None}");
    CHECK(read(second[0], &one, 1) == 1);
    ABOVE("read pipe:2 = 1 {}");
    int epoll = epoll_create1(0);
    ABOVE("epoll_create event:1 = 7 {'fd': 7}");
    CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, second[0], &event) == 0);
    ABOVE("epoll_ctl event:1 = 0 {'fd': 7, 'op': 'EPOLL_CTL_ADD', 'watched': 'pipe:2'}");
    CHECK(epoll_wait(epoll, &event, 1, -1) == 1);
    ABOVE("epoll_wait event:1 = 1 blocked {'fd': 7, 'timeout_ns': None}");
    CHECK(epoll_wait(epoll, &event, 1, 100) == 1);
    ABOVE("epoll_wait event:1 = 1 {'fd': 7, 'timeout_ns': 100000000}");
    wait(NULL);
    ABOVE("wait - = %d {}", child);
    int counter = eventfd(1, 0);
    ABOVE("eventfd event:2 = 8 {'fd': 8}");
    CHECK(read(counter, &number, 8) == 8 && number == 1);
    ABOVE("read event:2 = 8 {}");
    at = __LINE__; child = fork();
    if (child == 0) {
        CHECK(read(counter, &number, 8) == 8 && number == 7);
        ABOVE("read event:2 = 8 blocked {}");
        leave(0);
    }
    LINE(at, "fork - = %d {}", child);
    rest();
    number = 7;
    write(counter, &number, 8);
    ABOVE("write event:2 = 8 {}");
    wait(NULL);
    ABOVE("wait - = %d blocked {}", child);
    leave(0);
}
