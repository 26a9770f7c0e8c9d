#pragma once

#include <mqueue.h>

#define MESSAGE_SIZE 256

mqd_t queue_open(const char *name, int access); /* does not return if it fails */
long to_number(const char *text);               /* -1 if it is none */
