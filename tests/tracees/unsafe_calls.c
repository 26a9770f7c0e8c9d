/* What handlers call that they must not, what they have interrupted, and errno changed behind its back. */
#include "expect.h"
#include <setjmp.h>

static FILE *null;
static sigjmp_buf out;

static void prints(int number)
{
    fprintf(null, "%d\n", number);
    ABOVE("unsafe_call - = - {'function': 'fprintf', 'handler': 'SIGUSR1', 'open': ['SIGUSR2']}");
}

static int flushed_at;

static void in_the_middle(int number)
{
    LINE(flushed_at, "unsafe_call - = - {'function': 'fflush', 'interrupted_by': 'SIGUSR2'}");
    fprintf(null, "%d\n", number);
    ABOVE("unsafe_call - = - {'function': 'fprintf', 'handler': 'SIGUSR2', 'open': ['SIGUSR1']}");
}

static void jumps(int number)
{
    siglongjmp(out, number);
}

static void changes_errno(int number)
{
    LINE(__LINE__ - 1, "errno_changed - = - {'handler': 'SIGUSR1', 'before': 'ENOENT', 'after': 'ECHILD'}");
    errno = number == SIGUSR1 ? ECHILD : 0;
}

static void set(int number, void (*handler)(int), struct sigaction *old)
{
    struct sigaction action = {.sa_handler = handler};
    int at = __LINE__; CHECK(sigaction(number, &action, old) == 0);
    LINE(at, "sigaction - = 0 {}");
}

static void send(int number)
{
    LINE(__LINE__ + 2, "kill process:%d = 0 {}", getpid());
    LINE(0, "deliver - = - {}");
    kill(getpid(), number);
}

/* Instead of what is behind a descriptor: a signal arrives in the middle of fflush. */
static ssize_t write_late(void *cookie, const char *text, size_t size)
{
    (void)cookie, (void)text;
    send(SIGUSR2);
    return (ssize_t)size;
}

int main(void)
{
    struct sigaction old;
    null = fopen("/dev/null", "w"); /* before there is a handler: nobody is told */
    FILE *late = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_late});
    fputs("text", late);

    set(SIGUSR2, SIG_IGN, NULL);
    set(SIGUSR2, in_the_middle, &old);
    CHECK(old.sa_handler == SIG_IGN);
    set(SIGUSR1, prints, NULL);
    set(SIGUSR1, prints, &old);
    CHECK(old.sa_handler == prints);
    CHECK(signal(SIGUSR1, prints) == prints);
    ABOVE("sigaction - = 0 {}");
    set(SIGUSR1, prints, NULL);

    fputs(getenv("PATH"), null);
    ABOVE("unsafe_call - = - {'function': 'fputs', 'open': ['SIGUSR1', 'SIGUSR2']}");
    send(SIGUSR1);

    flushed_at = __LINE__ + 2;
    LINE(flushed_at, "unsafe_call - = - {'function': 'fflush', 'open': ['SIGUSR1', 'SIGUSR2']}");
    fflush(late);

    set(SIGUSR1, changes_errno, NULL);
    errno = ENOENT;
    send(SIGUSR1);

    set(SIGUSR1, jumps, NULL);
    if (sigsetjmp(out, 1) == 0)
        send(SIGUSR1);
    char *block = malloc(10); /* in no handler any more */
    ABOVE("unsafe_call - = - {'function': 'malloc', 'open': ['SIGUSR1', 'SIGUSR2']}");
    CHECK(block != NULL);
    leave(0);
}
