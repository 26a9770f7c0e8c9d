/* Accepted: a thread waits in wait() for the workers, whichever ends; the main thread waits for SIGTERM. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pid_t *table;
static long slots, restarts;
static int ending = -1; /* the exit status, once it is known */
static char **command;
static sigset_t mask;
static pthread_t main_thread;

static int number(const char *text)
{
    return strlen(text) > 0 && strspn(text, "0123456789") == strlen(text);
}

static pid_t spawn(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        sigprocmask(SIG_SETMASK, &mask, NULL);
        execvp(command[0], command);
        _exit(127);
    }
    return pid;
}

static void end_with(int status) /* with the lock held */
{
    if (ending != -1)
        return;
    ending = status;
    for (long i = 0; i < slots; i++)
        if (table[i] > 0)
            kill(table[i], SIGTERM);
}

static void bury(pid_t pid, int how) /* with the lock held */
{
    int status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
    for (long i = 0; i < slots; i++) {
        if (table[i] != pid)
            continue;
        table[i] = 0;
        if (ending != -1 || status == 0)
            return;
        if (restarts == 0) {
            end_with(1);
            return;
        }
        restarts--;
        table[i] = spawn();
        if (table[i] == -1) {
            table[i] = 0;
            end_with(1);
            return;
        }
        printf("restart %d after %d\n", (int)table[i], status);
        fflush(stdout);
    }
}

static void *undertaker(void *unused)
{
    (void)unused;
    for (;;) {
        int how;
        siginfo_t ended;
        /* Looked at first and taken under the lock: between the two its process id is nobody else's. */
        if (waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT) == -1)
            break;
        pthread_mutex_lock(&lock);
        waitpid(ended.si_pid, &how, 0);
        bury(ended.si_pid, how);
        pthread_mutex_unlock(&lock);
    }
    pthread_kill(main_thread, SIGTERM); /* nobody is left: the main thread may go */
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc < 4 || !number(argv[1]) || !number(argv[2])) {
        fprintf(stderr, "usage: supervisor WORKERS LIMIT CMD [ARG...]\n");
        return 2;
    }
    slots = strtol(argv[1], NULL, 10);
    restarts = strtol(argv[2], NULL, 10);
    command = argv + 3;
    table = calloc(slots + 1, sizeof *table);
    if (table == NULL)
        return 1;
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &term, &mask);
    main_thread = pthread_self();

    for (long i = 0; i < slots; i++) {
        table[i] = spawn();
        printf("start %d\n", (int)table[i]);
        fflush(stdout);
    }
    pthread_t thread;
    int received;
    if (pthread_create(&thread, NULL, undertaker, NULL) != 0)
        return 1;
    sigwait(&term, &received);
    pthread_mutex_lock(&lock);
    end_with(0);
    pthread_mutex_unlock(&lock);
    pthread_join(thread, NULL);
    return ending;
}
