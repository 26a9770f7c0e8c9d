/* wrong: two children write into halves of a mapped file that overlap by a byte.
   prints: aaaaaaaabbbbbbbb */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define HALF 8

static char *text;

static void child(int me)
{
    char *mine = text + me * HALF;
    if (me == 0)
        memset(mine, 'a', HALF + 1); /* race */
    else
        memset(mine, 'b', HALF); /* race */
}

int main(void)
{
    int file = open("text", O_RDWR | O_CREAT, 0600);
    if (file == -1 || ftruncate(file, 2 * HALF) == -1)
        err(1, "text");
    text = mmap(NULL, 2 * HALF, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (text == MAP_FAILED)
        err(1, "mmap");
    for (int me = 0; me < 2; me++)
        if (fork() == 0) {
            child(me);
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    printf("%.*s\n", 2 * HALF, text);
    return 0;
}
