/* Signals: sent, masked, waited for in each way, delivered on top of calls. */
#include "expect.h"
#include <sys/signalfd.h>

static void handler(int number)
{
    (void)number;
}

static void on(int number, int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigaction(number, &action, NULL);
}

int main(void)
{
    sigset_t mask, none;
    struct signalfd_siginfo information;
    int number, at;
    pid_t self = getpid();

    on(SIGUSR1, 0);
    LINE(13, "sigaction - = 0 {'signal': 'SIGUSR1', 'action': 'handler', 'flags': []}");
    on(SIGUSR2, SA_RESTART);
    LINE(13, "sigaction - = 0 {'signal': 'SIGUSR2', 'action': 'handler', 'flags': ['SA_RESTART']}");
    signal(SIGHUP, SIG_IGN);
    ABOVE("sigaction - = 0 {'signal': 'SIGHUP', 'action': 'SIG_IGN'}");
    CHECK(kill(self, SIGHUP) == 0);
    ABOVE("kill process:%d = 0 {'target': %d, 'signal': 'SIGHUP'}", self, self);
    CHECK(kill(999, 0) == -1);
    ABOVE("kill process:999 = ESRCH {'target': 999, 'signal': '0'}");

    at = __LINE__; pid_t child = fork();
    if (child == 0) {
        LINE(__LINE__ + 2, "pause - = EINTR blocked {}");
        LINE(0, "deliver - = - {'signal': 'SIGUSR1', 'from': %d, 'action': 'handler'}", self);
        CHECK(pause() == -1 && errno == EINTR);
        sigemptyset(&mask);
        sigaddset(&mask, SIGUSR1);
        sigprocmask(SIG_BLOCK, &mask, NULL);
        ABOVE("sigprocmask - = 0 {'how': 'SIG_BLOCK', 'set': ['SIGUSR1']}");
        rest();
        sigemptyset(&none);
        LINE(__LINE__ + 2, "sigsuspend - = EINTR {'mask': []}");
        LINE(0, "deliver - = - {'signal': 'SIGUSR1'}");
        CHECK(sigsuspend(&none) == -1); /* one came while it was masked */
        LINE(__LINE__ + 2, "sigsuspend - = EINTR blocked {'mask': []}");
        LINE(0, "deliver - = - {'signal': 'SIGUSR1'}");
        CHECK(sigsuspend(&none) == -1);
        CHECK(sigwait(&mask, &number) == 0 && number == SIGUSR1);
        ABOVE("sigwait - = 10 blocked {'set': ['SIGUSR1'], 'signal': 'SIGUSR1'}");
        int fd = signalfd(-1, &mask, 0);
        ABOVE("signalfd event:1 = 3 {'set': ['SIGUSR1'], 'fd': 3}");
        CHECK(read(fd, &information, sizeof information) == sizeof information);
        ABOVE("read event:1 = 128 blocked {}");
        CHECK(information.ssi_signo == SIGUSR1);
        leave(3);
    }
    LINE(at, "fork - = %d {}", child);
    for (int i = 0; i < 5; i++) {
        rest();
        kill(child, SIGUSR1);
        ABOVE("kill process:%d = 0 {'target': %d, 'signal': 'SIGUSR1'}", child, child);
    }
    wait(NULL);
    ABOVE("wait - = %d blocked {'child': %d}", child, child);
    signal(SIGTERM, SIG_DFL);
    ABOVE("sigaction - = 0 {'signal': 'SIGTERM', 'action': 'SIG_DFL'}");
    at = __LINE__; child = fork();
    if (child == 0) {
        LINE(0, "deliver - = - {'signal': 'SIGTERM', 'from': %d, 'action': 'fatal'}", self);
        LINE(0, "exit - = - {'signal': 'SIGTERM'}");
        LINE(__LINE__ + 2, "pause - = ? {}");
        told();
        pause();
    }
    LINE(at, "fork - = %d {}", child);
    rest();
    kill(child, SIGTERM);
    ABOVE("kill process:%d = 0 {'signal': 'SIGTERM'}", child);
    CHECK(wait(&number) == child && WTERMSIG(number) == SIGTERM);
    ABOVE("wait - = %d {'child': %d, 'signal': 'SIGTERM'}", child, child);
    LINE(__LINE__ + 2, "kill process:%d = 0 {'signal': 'SIGUSR1'}", self);
    LINE(0, "deliver - = - {'signal': 'SIGUSR1', 'from': %d}", self);
    raise(SIGUSR1);
    LINE(__LINE__ + 2, "kill process:%d = 0 {'signal': 'SIGUSR2'}", self);
    LINE(0, "deliver - = - {'signal': 'SIGUSR2', 'from': %d}", self);
    sigqueue(self, SIGUSR2, (union sigval){.sival_int = 7});
    leave(0);
}
