/* Functions of the C library that read and fill shared memory: which bytes, exactly. */
#include "shim_expect.h"
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

#define READS(address, size) expect("read_range point", address, size, 0, 0)
#define WRITES(address, size) expect("write_range point", address, size, 0, 0)

static char own[64];

static void memory(char *s)
{
    WRITES(s, 8);
    memset(s, 'a', 8);
    WRITES(s + 8, 16);
    memcpy(s + 8, own, 16);
    WRITES(s + 8, 1);
    memcpy(s + 8, "b", 1);
    READS(s, 40);
    memcpy(own, s, 40);
    CHECK(memcmp(own, "aaaaaaaab", 10) == 0);
    READS(s, 12);
    WRITES(s + 4, 12);
    memmove(s + 4, s, 12);
    READS(s, 4);
    CHECK(memcmp(s, "aaaa", 4) == 0);
    WRITES(s, 64);
    bzero(s, 64);
    memcpy(own, own + 8, 8);
}

static void strings(char *s)
{
    WRITES(s, 4);
    CHECK(strcpy(s, "abc") == s);
    WRITES(s, 8);
    strncpy(s, "abcdef", 8);
    WRITES(s, 2);
    strncpy(s, "ABCDEF", 2);
    READS(s, 7);
    WRITES(s + 6, 3);
    strcat(s, "gh");
    READS(s, 9);
    WRITES(s + 8, 2);
    strncat(s, "ijk", 1);
    READS(s, 10);
    CHECK(strlen(s) == 9);
    READS(s, 5);
    CHECK(strnlen(s, 5) == 5);
    READS(s, 3);
    CHECK(strcmp(s, "ABx") < 0);
    READS(s, 10);
    CHECK(strcmp("ABcdefghi", s) == 0);
    READS(s, 2);
    CHECK(strncmp(s, "ABx", 2) == 0);
    READS(s, 3);
    CHECK(strchr(s, 'c') == s + 2);
    READS(s, 10);
    CHECK(strchr(s, 'z') == NULL);
    READS(s, 10);
    CHECK(strrchr(s, 'c') == s + 2);
    READS(s, 5);
    CHECK(strstr(s, "cde") == s + 2);
    READS(s, 10);
    WRITES(s + 32, 10);
    CHECK(stpcpy(s + 32, s) == s + 41);
    READS(s, 10);
    char *copy = strdup(s);
    CHECK(strcmp(copy, "ABcdefghi") == 0);
    free(copy);
    WRITES(s, 3);
    strcpy(s, "42");
    READS(s, 3);
    CHECK(atoi(s) == 42);
}

static void formatted(char *s)
{
    strcpy(own, "in itself");
    CHECK(sprintf(own, "%s>", own) == 10 && strcmp(own, "in itself>") == 0); /* wrong, but known to work */
    WRITES(s, 6);
    CHECK(sprintf(s, "%s-%d", "abc", 7) == 5);
    WRITES(s, 4);
    CHECK(snprintf(s, 4, "%d", 123456) == 6);
    READS(s, 4);
    CHECK(snprintf(own, sizeof own, "%5.1f%%%lu%c%s%p", 2.5, 1ul, 'c', s, (void *)s) > 8);
    READS(s, 2);
    CHECK(snprintf(own, sizeof own, "%*.*s", 5, 2, s) == 5);
    READS(s, 4);
    CHECK(snprintf(own, sizeof own, "%Lf %lld %hhd %zu %s", 1.5L, 1ll, 3, (size_t)4, s) > 0);
    READS(s, 4); /* the format itself */
    CHECK(snprintf(own, sizeof own, s) == 3);
    CHECK(snprintf(own, sizeof own, "%s", "private") == 7);
    CHECK(snprintf(own, sizeof own, "%2$s %1$d", 1, s) > 0); /* not understood: nothing said */
}

static void streams(char *s)
{
    FILE *file = tmpfile();
    CHECK(file != NULL);
    READS(s, 4);
    CHECK(fputs(s, file) >= 0);
    READS(s, 3);
    CHECK(fwrite(s, 1, 3, file) == 3);
    READS(s, 4);
    CHECK(fprintf(file, " %s\n99 word rest\n", s) > 0);
    rewind(file);
    CHECK(fgets(s, 32, file) == s);
    WRITES(s, 12);
    CHECK(fscanf(file, "%d %*s %7[a-z]\n", (int *)s, s + 8) == 2);
    WRITES(s, 4);
    WRITES(s + 8, 5);
    rewind(file);
    CHECK(fread(s, 2, 3, file) == 3);
    WRITES(s, 6);
    CHECK(sscanf("5 6", "%hd %n%ld", (short *)s, (int *)(s + 4), (long *)(s + 8)) == 2);
    WRITES(s, 2);
    WRITES(s + 4, 4);
    WRITES(s + 8, 8);
    CHECK(sscanf("5,x", "%hhd;%n", (signed char *)s, (int *)(s + 4)) == 1);
    WRITES(s, 1);
    WRITES(s, 4);
    strcpy(s, "8 q");
    int number;
    READS(s, 4);
    CHECK(sscanf(s, "%d", &number) == 1 && number == 8);
    fclose(file);
}

/* Structures that the compiler copies itself, or with memcpy. */
static void structures(char *s)
{
    struct text {
        char bytes[24];
    } *shared = (struct text *)s, local;
    WRITES(shared, sizeof *shared);
    *shared = (struct text){"from a constant"};
    READS(shared, sizeof *shared);
    local = *shared;
    CHECK(strcmp(local.bytes, "from a constant") == 0);
}

int main(void)
{
    char *s = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(s != MAP_FAILED);
    memory(s);
    strings(s);
    formatted(s);
    streams(s);
    structures(s);
    return 0;
}
