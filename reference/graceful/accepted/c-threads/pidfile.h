#ifndef PIDFILE_H
#define PIDFILE_H

#include <stdbool.h>

bool pidfile_claim(const char *path); /* false: said why on stderr */

#endif
