/* Accepted: the self-pipe trick. Handlers count, then write a byte into a pipe; the loop sleeps in read. A signal
 * that comes between looking at the counters and reading has left its byte, so the read returns at once. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int wake[2];
static volatile sig_atomic_t hup, usr1, cont, quit; /* only ever counted up, and only by the handlers */

static void on_signal(int number)
{
    int saved = errno;
    switch (number) {
    case SIGHUP:
        hup++;
        break;
    case SIGUSR1:
        usr1++;
        break;
    case SIGCONT:
        cont++;
        break;
    default:
        quit++;
    }
    /* If the pipe is full there is enough in it to wake the loop: the counters say what has happened. */
    if (write(wake[1], "!", 1) == -1) {
    }
    errno = saved;
}

static int setup_signals(void)
{
    if (pipe(wake) == -1)
        return -1;
    for (int i = 0; i < 2; i++)
        fcntl(wake[i], F_SETFD, FD_CLOEXEC);
    fcntl(wake[1], F_SETFL, O_NONBLOCK);

    struct sigaction act;
    memset(&act, 0, sizeof act);
    act.sa_handler = on_signal;
    act.sa_flags = SA_RESTART;
    sigemptyset(&act.sa_mask);
    int numbers[] = {SIGHUP, SIGUSR1, SIGCONT, SIGTERM, SIGINT};
    for (int i = 0; i < 5; i++)
        if (sigaction(numbers[i], &act, NULL) == -1)
            return -1;
    return 0;
}

static int lives(long pid)
{
    if (pid < 1 || pid > 0x7fffffffL || pid == (long)getpid())
        return 0;
    char path[40], state = 'Z';
    sprintf(path, "/proc/%ld/stat", pid);
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return kill(pid, 0) == 0 || errno == EPERM;
    int c;
    long after = -1; /* characters since the last ')' */
    while ((c = getc(f)) != EOF) {
        after = c == ')' ? 0 : after < 0 ? -1 : after + 1;
        if (after == 2)
            state = c;
    }
    fclose(f);
    return state != 'Z' && state != 'X';
}

/* An exclusive record lock on the whole pid file, for as long as `fd` is open, and only if it is still the file
 * that bears the name. */
static int lock_file(const char *path, int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat a, b;
    while (fcntl(fd, F_SETLKW, &lock) == -1)
        if (errno != EINTR)
            return 0;
    return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static int claim(const char *path)
{
    for (;;) {
        char text[32];
        int fd = open(path, O_RDWR | O_CREAT, S_IRUSR | S_IWUSR);
        if (fd == -1) {
            perror(path);
            return 0;
        }
        if (!lock_file(path, fd)) {
            close(fd);
            continue;
        }
        ssize_t n = read(fd, text, sizeof text - 1);
        text[n > 0 ? n : 0] = '\0';
        size_t digits = strspn(text, "0123456789");
        int is_pid = digits > 0 && digits < 12 && (text[digits] == '\0' || strcmp(text + digits, "\n") == 0);
        if (is_pid && lives(atol(text))) {
            fprintf(stderr, "daemon: %s: another one is running\n", path);
            close(fd);
            return 0;
        }
        int length = sprintf(text, "%ld\n", (long)getpid());
        int ok = ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 && write(fd, text, length) == length;
        close(fd);
        return ok;
    }
}

static void release(const char *path)
{
    int fd = open(path, O_RDWR);
    if (fd != -1 && lock_file(path, fd))
        unlink(path);
    if (fd != -1)
        close(fd);
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fputs("usage: daemon NAME\n", stderr);
        exit(2);
    }
    char *path = malloc(strlen(argv[1]) + sizeof ".pid");
    if (path == NULL || setup_signals() == -1) {
        perror("daemon");
        exit(1);
    }
    strcat(strcpy(path, argv[1]), ".pid");
    if (!claim(path))
        exit(1);
    dprintf(1, "ready\n");

    sig_atomic_t hups = 0, usr1s = 0, conts = 0; /* how many are answered */
    for (;;) {
        char bytes[16];
        if (read(wake[0], bytes, sizeof bytes) == -1)
            continue; /* EINTR */
        /* The end is looked at first: what came before it is then in the other counters already. */
        int ending = quit > 0;
        while (hups != hup) {
            hups++;
            dprintf(1, "reload\n");
        }
        while (usr1s != usr1) {
            usr1s++;
            dprintf(1, "status %d\n", (int)hups);
        }
        while (conts != cont) {
            conts++;
            dprintf(1, "resumed\n");
        }
        if (ending)
            break;
    }
    dprintf(1, "bye\n");
    release(path);
    exit(0);
}
