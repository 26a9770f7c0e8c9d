#ifndef TABLE_H
#define TABLE_H

#include <semaphore.h>

struct table {
    int seats;
    sem_t fork[];
};

struct table *table_make(int seats);
int table_dine(struct table *table, int me, int meals);

#endif
