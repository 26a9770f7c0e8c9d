# Wrong: every user of the machine may use the semaphores (0666), as long as they have their names.
import mmap
import os
import struct
import sys

import posix_ipc

if len(sys.argv) != 5 or not all(text.isdigit() for text in sys.argv[1:]):
    print("usage: ring SLOTS PRODUCERS CONSUMERS ITEMS", file=sys.stderr)
    sys.exit(2)
slots, producers, consumers, items = map(int, sys.argv[1:])
if not slots or not consumers:
    sys.exit(0)

HEAD = struct.Struct("qqq")
ITEM = struct.Struct("qq")
memory = mmap.mmap(-1, HEAD.size + slots * ITEM.size)
HEAD.pack_into(memory, 0, 0, 0, producers * items)


def semaphore(what, value):
    name = f"/ring-{os.getpid()}-{what}"
    made = posix_ipc.Semaphore(name, posix_ipc.O_CREX, mode=0o666, initial_value=value)
    made.unlink()
    return made


empty = semaphore("empty", slots)
full = semaphore("full", 0)
mutex = semaphore("mutex", 1)


def produce(me):
    for number in range(1, items + 1):
        empty.acquire()
        mutex.acquire()
        into, out, tickets = HEAD.unpack_from(memory)
        ITEM.pack_into(memory, HEAD.size + into * ITEM.size, me, number)
        HEAD.pack_into(memory, 0, (into + 1) % slots, out, tickets)
        mutex.release()
        full.release()


def draw_ticket():
    with mutex:
        into, out, tickets = HEAD.unpack_from(memory)
        if tickets:
            HEAD.pack_into(memory, 0, into, out, tickets - 1)
    return tickets > 0


def consume():
    while draw_ticket():
        full.acquire()
        mutex.acquire()
        into, out, tickets = HEAD.unpack_from(memory)
        producer, number = ITEM.unpack_from(memory, HEAD.size + out * ITEM.size)
        HEAD.pack_into(memory, 0, into, (out + 1) % slots, tickets)
        mutex.release()
        empty.release()
        print(f"{producer}:{number}", flush=True)


for i in range(producers + consumers):
    if os.fork() == 0:
        if i < producers:
            produce(i + 1)
        else:
            consume()
        os._exit(0)
for _ in range(producers + consumers):
    os.wait()
