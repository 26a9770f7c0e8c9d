#include <stdio.h>

/* Opens the file and has it locked; NULL if that failed. `kind` is of flock. */
FILE *enter(const char *path, const char *mode, int kind);
/* Waits for a line or the end of stdin. */
void until_told(void);
