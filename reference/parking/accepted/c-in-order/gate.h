#ifndef GATE_H
#define GATE_H

struct gate;

struct gate *gate_open(int spaces, int cars);
void gate_enter(struct gate *gate, int car);
void gate_leave(struct gate *gate, int car);

#endif
