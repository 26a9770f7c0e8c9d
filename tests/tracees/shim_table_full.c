/* More shared mappings than the table has room for: the first one too many is announced as unwatched. */
#include "shim_expect.h"
#include <sys/mman.h>

#define SLOTS 512

int main(void)
{
    char *last = NULL;
    for (int i = 0; i < SLOTS; i++) {
        last = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        CHECK(last != MAP_FAILED);
    }
    char *place = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    expect("unwatched point", place, 8192, 0, 0);
    CHECK(mmap(place, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
          place);
    *place = 1;
    POINT("store", *last);
    *last = 1;
    munmap(last, 4096);
    CHECK(mmap(place, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
          place);
    POINT("store", *place);
    *place = 1;
    return 0;
}
