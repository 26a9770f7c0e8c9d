/* pingpong ROUNDS: parent and child pass a number over two pipes. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 1000;
    int there[2], back[2], number = 0;
    if (pipe(there) == -1 || pipe(back) == -1)
        return 1;
    if (fork() == 0) {
        close(there[1]);
        close(back[0]);
        while (read(there[0], &number, sizeof number) == sizeof number) {
            number++;
            if (write(back[1], &number, sizeof number) == -1)
                _exit(1);
        }
        _exit(0);
    }
    close(there[0]);
    close(back[1]);
    for (int i = 0; i < rounds; i++) {
        if (write(there[1], &number, sizeof number) == -1)
            return 1;
        if (read(back[0], &number, sizeof number) != sizeof number)
            return 1;
    }
    close(there[1]);
    wait(NULL);
    printf("%d\n", number);
    return 0;
}
