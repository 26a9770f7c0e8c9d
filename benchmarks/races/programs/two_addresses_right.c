/* right: two processes map different pages of one file.
   prints: 1 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static int file;

static int *map(off_t offset)
{
    int *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, offset);
    if (page == MAP_FAILED)
        err(1, "mmap");
    return page;
}

static void spend_time(void)
{
    for (volatile int n = 0; n < 10000; n++)
        ;
}

static void child(void)
{
    int *number = map(PAGE);
    *number = 2;
}

int main(void)
{
    file = open("pages", O_RDWR | O_CREAT, 0600);
    if (file == -1 || ftruncate(file, 2 * PAGE) == -1)
        err(1, "pages");
    if (fork() == 0) {
        child();
        _exit(0);
    }
    int *number = map(0);
    spend_time();
    *number = 1;
    wait(NULL);
    printf("%d\n", *number);
    return 0;
}
