#ifndef TURNS_H
#define TURNS_H

#include <sys/types.h>

/* Call before fork. Returns 0, or -1 with errno. */
int turns_begin(void);

/* Wait for SIGUSR1 and send it. */
void turns_take(void);
void turns_give(pid_t other);

#endif
