/*
 * Walks through the formats of printf and scanf. What it does not know (numbered arguments, wide
 * characters, "%m") ends the walk: better nothing announced than memory that is not touched.
 */

#include "formats.h"

#include <string.h>

#include "real.h"

#define FORMAT_FUNCTIONS(X) X(strchr) X(strlen) X(strnlen) X(strspn)

REAL_FUNCTIONS(FORMAT_FUNCTIONS)

/* One conversion: `%*5.3ld`. */
struct conversion {
    long width;     /* -1: none */
    long precision; /* -1: none */
    char length;    /* h, l, j, z, t, L; H for hh, q for ll; 0: none */
    char kind;      /* 0: not understood */
};

static long digits(const char **at)
{
    if (**at < '0' || **at > '9')
        return -1;
    long number = 0;
    for (; **at >= '0' && **at <= '9'; ++*at)
        number = number < 1 << 24 ? number * 10 + (**at - '0') : number;
    return number;
}

static char length_modifier(const char **at)
{
    char first = **at;
    if (first == '\0' || real.strchr("hlqjztL", first) == NULL)
        return 0;
    ++*at;
    if ((first == 'h' || first == 'l') && **at == first) {
        ++*at;
        return first == 'h' ? 'H' : 'q';
    }
    return first;
}

/* Reads what is behind the '%', width and precision from the arguments if it says so. */
static struct conversion printf_conversion(const char **at, va_list *arguments)
{
    struct conversion found = {.width = -1, .precision = -1};
    *at += real.strspn(*at, "-+ #0'");
    if (**at == '*') {
        ++*at;
        (void)va_arg(*arguments, int);
    } else if (digits(at), **at == '$') {
        return found;
    }
    if (**at == '.') {
        ++*at;
        if (**at == '*') {
            ++*at;
            found.precision = va_arg(*arguments, int);
        } else {
            long number = digits(at);
            found.precision = number < 0 ? 0 : number;
        }
    }
    found.length = length_modifier(at);
    found.kind = **at;
    return found;
}

static void string_argument(const char *text, long precision, const void *caller)
{
    if (text == NULL || !ipcshim_any_shared())
        return;
    size_t size = precision < 0 ? real.strlen(text) + 1 : real.strnlen(text, (size_t)precision) + 1;
    if (precision >= 0 && size > (size_t)precision)
        size = (size_t)precision;
    ipcshim_access(ANNOUNCE_READ_RANGE, text, size, caller);
}

/* Takes one argument off the list; false if what follows it cannot be found. */
static _Bool printf_argument(struct conversion found, va_list *arguments, const void *caller)
{
    switch (found.kind) {
    case '%':
    case 'm':
        return 1;
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
        if (found.length == 0 || found.length == 'h' || found.length == 'H')
            (void)va_arg(*arguments, int);
        else
            (void)va_arg(*arguments, long);
        return 1;
    case 'c':
        (void)va_arg(*arguments, int);
        return 1;
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
        if (found.length == 'L')
            (void)va_arg(*arguments, long double);
        else
            (void)va_arg(*arguments, double);
        return 1;
    case 's':
        if (found.length == 0)
            string_argument(va_arg(*arguments, const char *), found.precision, caller);
        else
            (void)va_arg(*arguments, const void *);
        return 1;
    case 'p':
    case 'n':
        (void)va_arg(*arguments, void *);
        return 1;
    default:
        return 0;
    }
}

void ipcshim_printf_reads(const char *format, va_list arguments, const void *caller)
{
    if (!ipcshim_any_shared())
        return;
    string_argument(format, -1, caller);
    va_list rest;
    va_copy(rest, arguments);
    for (const char *at = real.strchr(format, '%'); at != NULL; at = real.strchr(at + 1, '%')) {
        at++;
        if (!printf_argument(printf_conversion(&at, &rest), &rest, caller))
            break;
    }
    va_end(rest);
}

/* Reads what is behind the '%' and leaves `at` on the last character of the conversion. */
static struct conversion scanf_conversion(const char **at)
{
    struct conversion found = {.precision = -1};
    found.width = digits(at);
    found.length = length_modifier(at);
    found.kind = **at;
    if (found.kind == '[') {
        *at += (*at)[1] == '^' ? 2 : 1;
        if (**at != '\0')
            *at = real.strchr(*at + 1, ']'); /* a ']' at the start is one of the set */
        if (*at == NULL || **at == '\0')
            found.kind = 0;
    }
    return found;
}

/* Bytes that a conversion has filled; 0 if that is not known. */
static size_t filled(struct conversion found, const void *target)
{
    _Bool integer = found.length == 'l' || found.length == 'q' || found.length == 'j' ||
                    found.length == 'z' || found.length == 't' || found.length == 'L';
    switch (found.kind) {
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
    case 'n':
        return integer ? 8 : found.length == 'h' ? 2 : found.length == 'H' ? 1 : 4;
    case 'a':
    case 'e':
    case 'f':
    case 'g':
        return found.length == 'L' ? sizeof(long double) : found.length == 'l' ? 8 : 4;
    case 'p':
        return sizeof(void *);
    case 'c':
        return found.length ? 0 : found.width < 0 ? 1 : (size_t)found.width;
    case 's':
    case '[':
        return found.length ? 0 : real.strlen(target) + 1;
    default:
        return 0;
    }
}

void ipcshim_scanf_writes(const char *format, va_list arguments, int converted, const void *caller)
{
    if (!ipcshim_any_shared())
        return;
    for (const char *at = real.strchr(format, '%'); at != NULL; at = real.strchr(at + 1, '%')) {
        at++;
        _Bool discarded = *at == '*';
        at += discarded;
        struct conversion found = scanf_conversion(&at);
        if (found.kind == 0 || at == NULL)
            return;
        if (found.kind == '%' || discarded)
            continue;
        /* Whether a "%n" was reached shows only by what was converted behind it. */
        if (converted <= 0)
            return;
        if (found.kind != 'n')
            converted--;
        void *target = va_arg(arguments, void *);
        size_t size = filled(found, target);
        if (size == 0)
            return;
        ipcshim_access(ANNOUNCE_WRITE_RANGE, target, size, caller);
    }
}
