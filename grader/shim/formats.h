/* What a format says about the memory its arguments point to. */
#ifndef IPCSHIM_FORMATS_H
#define IPCSHIM_FORMATS_H

#include "announce.h"

#include <stdarg.h>

/*
 * Announces the strings that printf is about to read, its format included. Leaves `arguments` as they are.
 */
PRIVATE void ipcshim_printf_reads(const char *format, va_list arguments, const void *caller);

/* Announces the memory that scanf has filled, having made `converted` assignments. Uses up `arguments`. */
PRIVATE void ipcshim_scanf_writes(const char *format, va_list arguments, int converted, const void *caller);

#endif
