/* The line of a call is that of the program's own code, whatever earlier calls left on the stack. */
#include "expect.h"
#include <pthread.h>
#include <sys/uio.h>

__attribute__((noreturn, noinline)) static void give_up(void)
{
    exit(1); /* the next function begins behind a call */
}

static void by_another(int fd)
{
    write(fd, "1", 1);
    ABOVE("write file:f = 1 {'data': '1'}");
}

static int compare(const void *left, const void *right)
{
    if (*(const int *)left == 1) {
        write(3, "2", 1);
        ABOVE("write file:f = 1 {'data': '2'}");
    }
    return *(const int *)left - *(const int *)right;
}

static void *in_thread(void *fd)
{
    write(*(int *)fd, "3", 1);
    ABOVE("write file:f = 1 {'data': '3'}");
    return NULL;
}

static void handler(int number)
{
    char big[5000] = {(char)('4' + number - number)};
    write(3, big, 1);
    ABOVE("write file:f = 1 {'data': '4'}");
}

static int recurse(int depth, const char *text)
{
    if (depth)
        return recurse(depth - 1, text) + 1;
    int at = __LINE__; write(3, text, 1);
    LINE(at, "write file:f = 1 {'data': '5'}");
    return 0;
}

static long many(long a, long b, long c, long d, long e, long f, long g, long h)
{
    write(3, "6", 1);
    ABOVE("write file:f = 1 {'data': '6'}");
    return a + b + c + d + e + f + g + h;
}

int main(int argc, char **argv)
{
    char big[30000], path[] = "f";
    int numbers[] = {1, 2};
    pthread_t thread;
    void (*volatile indirect)(int) = by_another;
    ssize_t (*volatile writer)(int, const void *, size_t) = write;

    if (argc > 7)
        give_up();
    memset(big, 'x', sizeof big);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    ABOVE("open file:f = 3 {'path': 'f'}");
    by_another(fd);
    indirect(fd);
    qsort(numbers, 2, sizeof numbers[0], compare);
    int at = __LINE__; pthread_create(&thread, NULL, in_thread, &fd);
    LINE(at, "pthread_create - = %d {}", getpid() + 1);
    pthread_join(thread, NULL);
    ABOVE("futex - = 0 blocked {}");
    signal(SIGUSR1, handler);
    ABOVE("sigaction - = 0 {'signal': 'SIGUSR1'}");
    LINE(__LINE__ + 2, "kill process:%d = 0 {'signal': 'SIGUSR1'}", getpid());
    LINE(0, "deliver - = - {'signal': 'SIGUSR1', 'from': %d, 'action': 'handler'}", getpid());
    kill(getpid(), SIGUSR1);
    recurse(5, "5");
    many(1, 2, 3, 4, 5, 6, 7, 8);
    FILE *file = fdopen(dup(fd), "w");
    ABOVE("dup file:f = 4 {}");
    fprintf(file, "%d%d%d%d%d%d%d%d%d", 1, 2, 3, 4, 5, 6, 7, 8, 9);
    fflush(file);
    ABOVE("write file:f = 9 {'data': '123456789'}");
    setvbuf(file, NULL, _IONBF, 0);
    fprintf(file, "%d%d", 1, 2); /* the library has a large buffer in its frame now */
    ABOVE("write file:f = 2 {'data': '12'}");
    open("missing", O_RDONLY);
    ABOVE("open - = ENOENT {}");
    writer(fd, "7", 1);
    ABOVE("write file:f = 1 {'data': '7'}");
    at = __LINE__ + 1;
    for (int i = 0; i < 2; i++, write(fd, argv[0] ? "8" : "9", 1))
        LINE(at, "write file:f = 1 {'data': '8'}");
    syscall(SYS_write, fd, "9", 1);
    ABOVE("write file:f = 1 {'data': '9'}");
    leave(0);
}
