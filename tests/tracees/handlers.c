/* Handlers that make calls: on an alternate stack above the interrupted call, nested, left by a jump. */
#include "expect.h"
#include <setjmp.h>

static int fds[2], inner[2];
static sigjmp_buf back;

static void on_alternate(int number)
{
    write(inner[1], "a", 1);
    ABOVE("write pipe:2 = 1 {'data': '%c'}", number ? 'a' : 'b');
}

static void outer(int number)
{
    char one;
    CHECK(number && read(inner[0], &one, 1) == 1);
    ABOVE("read pipe:2 = 1 blocked {'data': 'i'}");
}

static void innermost(int number)
{
    write(inner[1], "i", 1);
    ABOVE("write pipe:2 = 1 {'data': '%c'}", number ? 'i' : 'j');
}

static void jump(int number)
{
    write(inner[1], "j", 1);
    ABOVE("write pipe:2 = 1 {'data': 'j'}");
    siglongjmp(back, number);
}

static void install(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    CHECK(sigaction(number, &action, NULL) == 0);
    ABOVE("sigaction - = 0 {}");
}

static pid_t teaser(const int *signals, int count, const char *end)
{
    int at = __LINE__; pid_t child = fork();
    if (child == 0) {
        rest();
        for (int i = 0; i < count; i++) {
            rest();
            kill(getppid(), signals[i]);
            rest();
        }
        if (end)
            write(fds[1], end, 1);
        _exit(0);
    }
    LINE(at, "fork - = %d {}", child);
    return child;
}

int main(void)
{
    char stack[65536], one;
    pid_t child, self = getpid();
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};

    pipe(fds);
    ABOVE("pipe pipe:1 = 0 {}");
    pipe(inner);
    ABOVE("pipe pipe:2 = 0 {}");
    CHECK(sigaltstack(&alternate, NULL) == 0);
    install(SIGUSR1, on_alternate, SA_RESTART | SA_ONSTACK);
    child = teaser((int[]){SIGUSR1, SIGUSR1}, 2, "1");
    LINE(0, "deliver - = - {'signal': 'SIGUSR1', 'from': %d}", child);
    LINE(10, "write pipe:2 = 1 {'data': 'a'}");
    LINE(0, "deliver - = - {'signal': 'SIGUSR1', 'from': %d}", child);
    LINE(10, "write pipe:2 = 1 {'data': 'a'}");
    LINE(__LINE__ + 2, "read pipe:1 = 1 blocked {'data': '1'}");
    size_t length = expected_length;
    CHECK(read(fds[0], &one, 1) == 1);
    expected_length = length;
    CHECK(read(inner[0], stack, 2) == 2);
    ABOVE("read pipe:2 = 2 {}");
    waitpid(child, NULL, 0);
    ABOVE("wait - = %d {}", child);

    install(SIGUSR1, outer, SA_RESTART);
    install(SIGUSR2, innermost, SA_RESTART);
    child = teaser((int[]){SIGUSR1, SIGUSR2}, 2, "2");
    LINE(0, "deliver - = - {'signal': 'SIGUSR1', 'from': %d}", child);
    LINE(0, "deliver - = - {'signal': 'SIGUSR2', 'from': %d}", child);
    LINE(23, "write pipe:2 = 1 {'data': 'i'}");
    LINE(17, "read pipe:2 = 1 blocked {'data': 'i'}");
    LINE(__LINE__ + 2, "read pipe:1 = 1 blocked {'data': '2'}");
    length = expected_length;
    CHECK(read(fds[0], &one, 1) == 1);
    expected_length = length;
    waitpid(child, NULL, 0);
    ABOVE("wait - = %d {}", child);

    install(SIGUSR1, jump, SA_RESTART);
    child = teaser((int[]){SIGUSR1}, 1, NULL);
    LINE(0, "deliver - = - {'signal': 'SIGUSR1', 'from': %d}", child);
    LINE(29, "write pipe:2 = 1 {'data': 'j'}");
    length = expected_length;
    if (!sigsetjmp(back, 1)) {
        CHECK(read(fds[0], &one, 1) == 1);
    } else {
        expected_length = length;
        LINE(__LINE__ - 3, "read pipe:1 = EINTR blocked {'fd': 3}");
        CHECK(read(inner[0], stack, 2) == 1);
        ABOVE("read pipe:2 = 1 {'data': 'j'}");
    }
    waitpid(child, NULL, 0);
    ABOVE("wait - = %d blocked {}", child);
    CHECK(self == getpid());
    leave(0);
}
