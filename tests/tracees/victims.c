/* A child is brought into some state and killed: prints how it ended. */
#include "expect.h"
#include <pthread.h>
#include <sys/ptrace.h>

static int fds[2];

static void *block(void *unused)
{
    char one;
    read(fds[0], &one, 1);
    return unused;
}

static void *compute(void *unused)
{
    for (;;)
        getppid();
    return unused;
}

static void *replace(void *unused)
{
    execl("/bin/sleep", "sleep", "1000", NULL);
    return unused;
}

static void victim(const char *state)
{
    pthread_t thread;
    char one;
    if (!strcmp(state, "blocked"))
        read(fds[0], &one, 1);
    else if (!strcmp(state, "sleeping"))
        sleep(1000);
    else if (!strcmp(state, "polling"))
        select(0, NULL, NULL, NULL, &(struct timeval){1000, 0});
    else if (!strcmp(state, "stopped"))
        raise(SIGSTOP);
    else if (!strcmp(state, "ready"))
        for (;;)
            getppid();
    else if (!strcmp(state, "computing"))
        for (volatile int i = 0; i < 2000000; i++)
            ;
    else if (!strcmp(state, "vfork")) {
        if (vfork() == 0) {
            pause();
            _exit(0);
        }
    } else if (!strcmp(state, "threads")) {
        for (int i = 0; i < 8; i++)
            pthread_create(&thread, NULL, block, NULL);
        pause();
    } else if (!strcmp(state, "leaderless")) {
        pthread_create(&thread, NULL, block, NULL);
        pthread_create(&thread, NULL, block, NULL);
        pthread_exit(NULL);
    } else if (!strcmp(state, "running_threads")) {
        for (int i = 0; i < 3; i++)
            pthread_create(&thread, NULL, compute, NULL);
        compute(NULL);
    } else if (!strcmp(state, "exec_in_thread")) {
        pthread_create(&thread, NULL, block, NULL);
        pthread_create(&thread, NULL, replace, NULL);
        block(NULL);
    } else if (!strcmp(state, "parent")) {
        if (fork() == 0)
            pause();
        wait(NULL);
    }
    for (;;)
        pause();
}

int main(int argc, char **argv)
{
    int status;
    pid_t rival = 0;
    const char *state = argv[argc - 2];
    int number = atoi(argv[argc - 1]);

    pipe(fds);
    if (!strcmp(state, "held")) {
        rival = fork();
        if (rival == 0)
            block(NULL), _exit(0);
        rest();
        state = "blocked";
    }
    pid_t child = fork();
    if (child == 0)
        victim(state);
    rest();
    rest();
    if (number == 0)
        pause();
    kill(child, number);
    CHECK(waitpid(child, &status, 0) == child);
    printf("%s %d\n", WIFSIGNALED(status) ? "signal" : "exit", WTERMSIG(status));
    write(fds[1], "x", 1);
    if (rival)
        CHECK(waitpid(rival, &status, 0) == rival && status == 0);
    return 0;
}
