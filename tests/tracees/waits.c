/* Waiting for children in every way: which, how, stopped, continued, without hanging, without reaping. */
#include "expect.h"
#include <sys/resource.h>

static pid_t ending(int status)
{
    int at = __LINE__; pid_t child = fork();
    if (child == 0)
        _exit(status);
    LINE(at, "fork - = %d {'child': %d}", child, child);
    return child;
}

int main(void)
{
    int status;
    siginfo_t information;
    struct rusage usage;

    CHECK(wait(&status) == -1 && errno == ECHILD);
    ABOVE("wait - = ECHILD {'pid': -1, 'flags': []}");
    pid_t first = ending(1), second = ending(2);
    rest();
    CHECK(waitpid(second, &status, 0) == second);
    ABOVE("wait - = %d {'pid': %d, 'flags': [], 'child': %d, 'status': 2}", second, second, second);
    CHECK(waitid(P_PID, (id_t)first, &information, WEXITED | WNOWAIT) == 0);
    ABOVE("wait - = 0 {'pid': %d, 'flags': ['WEXITED', 'WNOWAIT'], 'child': %d, 'status': 1}", first, first);
    CHECK(wait4(first, &status, WNOHANG, &usage) == first);
    ABOVE("wait - = %d {'pid': %d, 'flags': ['WNOHANG'], 'child': %d, 'status': 1}", first, first, first);

    int at = __LINE__; pid_t child = fork();
    if (child == 0) {
        raise(SIGSTOP);
        pause();
    }
    LINE(at, "fork - = %d {}", child);
    CHECK(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
    ABOVE("wait - = %d blocked {'flags': ['WUNTRACED'], 'child': %d, 'stopped': 'SIGSTOP'}", child, child);
    CHECK(waitpid(child, &status, WNOHANG) == 0);
    ABOVE("wait - = 0 {'flags': ['WNOHANG'], 'child': 0}");
    kill(child, SIGCONT);
    ABOVE("kill process:%d = 0 {}", child);
    CHECK(waitpid(-1, &status, WCONTINUED) == child && WIFCONTINUED(status));
    LINE(__LINE__ - 1, "wait - = %d {'pid': -1, 'flags': ['WCONTINUED'], 'child': %d, 'continued': True}", child, child);
    kill(child, SIGKILL);
    ABOVE("kill process:%d = 0 {}", child);
    CHECK(waitid(P_ALL, 0, &information, WEXITED) == 0 && information.si_status == SIGKILL);
    ABOVE("wait - = 0 {'flags': ['WEXITED'], 'child': %d, 'signal': 'SIGKILL'}", child);
    CHECK(waitpid(child, &status, 0) == -1);
    ABOVE("wait - = ECHILD {'pid': %d}", child);

    signal(SIGCHLD, SIG_IGN);
    ABOVE("sigaction - = 0 {}");
    ending(0);
    CHECK(wait(&status) == -1 && errno == ECHILD);
    ABOVE("wait - = ECHILD {}");
    leave(0);
}
