"""ring SLOTS PRODUCERS CONSUMERS ITEMS - producers hand items to consumers through a ring of slots.

The ring lies in memory that all processes share. Two indices go round and round in it: producers fill the slot at
``in``, consumers empty the one at ``out``. Three semaphores keep order:

    empty  how many slots are empty, SLOTS at the start     a producer takes one and sleeps if there is none
    full   how many slots are full, 0 at the start          a consumer takes one and sleeps if there is none
    mutex  1 at the start                                   whoever moves an index holds it

    producer:  acquire empty                 consumer:  acquire full
               acquire mutex                            acquire mutex
               fill slot[in], in + 1                    read slot[out], out + 1
               release mutex                            release mutex
               release full  ---- an item --->          release empty  ---- a place ---> and round again

First the place, then the mutex. The other way round a producer that finds the ring full would fall asleep with the
mutex in its hand, and the consumer that could make room would wait for the mutex: a deadlock.

How does a consumer know that nothing more will come? It does not count: the last producer puts one end mark for each
consumer behind all items, and who takes a mark goes home.
"""

import mmap
import os
import signal
import struct
import sys

import posix_ipc

INDICES = struct.Struct("qqq")  # in, out, and how many producers are not done yet
ITEM = struct.Struct("qq")  # producer and number
END = (0, 0)  # producers are counted from 1, so no item looks like this


def semaphore(what, value):
    """Make a semaphore that only this process and its children can reach.

    It needs a name to be made, and loses it at once: the object lives on until the last process that has it open is
    gone. So nothing can be left behind, not even by a process that is killed.
    """
    name = f"/ring-{os.getpid()}-{what}"  # our own: others may run ring at the same time
    made = posix_ipc.Semaphore(name, posix_ipc.O_CREX, mode=0o600, initial_value=value)
    posix_ipc.unlink_semaphore(name)
    return made


class Ring:
    """The ring. It is made before the first fork: then all processes have the same memory."""

    def __init__(self, slots, producers):
        self.slots = slots
        self.memory = mmap.mmap(-1, INDICES.size + slots * ITEM.size)  # -1: no file; MAP_SHARED is the default
        self.empty = semaphore("empty", slots)
        self.full = semaphore("full", 0)
        self.mutex = semaphore("mutex", 1)
        INDICES.pack_into(self.memory, 0, 0, 0, producers)

    def put(self, item):
        self.empty.acquire()  # from here on one empty slot is ours ...
        with self.mutex:  # ... and here it is decided which one
            into, out, left = INDICES.unpack_from(self.memory)
            ITEM.pack_into(self.memory, INDICES.size + into * ITEM.size, *item)
            INDICES.pack_into(self.memory, 0, (into + 1) % self.slots, out, left)
        self.full.release()  # only now: the item is there

    def take(self):
        self.full.acquire()
        with self.mutex:
            into, out, left = INDICES.unpack_from(self.memory)
            item = ITEM.unpack_from(self.memory, INDICES.size + out * ITEM.size)
            INDICES.pack_into(self.memory, 0, into, (out + 1) % self.slots, left)
        self.empty.release()  # only now: the item has been copied, and the slot may be overwritten
        return item

    def producer_is_done(self):
        """Count a producer that has put all its items. True for the last one."""
        with self.mutex:  # counting and looking must be one act, or two producers both see 0
            into, out, left = INDICES.unpack_from(self.memory)
            INDICES.pack_into(self.memory, 0, into, out, left - 1)
        return left == 1


def produce(ring, me, items, consumers):
    for number in range(1, items + 1):
        ring.put((me, number))
    if ring.producer_is_done():
        for _ in range(consumers):
            ring.put(END)


def consume(ring):
    while (item := ring.take()) != END:
        # Printing takes long, and nobody has to wait for it: the slot and the mutex are given back already.
        producer, number = item
        print(f"{producer}:{number}", flush=True)


def start(function, *arguments):
    """Call the function in a process of its own and return its id."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            function(*arguments)
            status = 0
        except OSError as error:
            print(f"ring: {error}", file=sys.stderr)
        finally:
            os._exit(status)  # at once: the rest of this program is the parent's
    return pid


def wait_for(children):
    """Wait for every child. If one fails the others would wait for it for ever, so they are stopped."""
    well = True
    while children:
        child, status = os.wait()
        children.remove(child)
        if status != 0:
            well = False
            for other in children:
                os.kill(other, signal.SIGKILL)
    return well


def main(arguments):
    if len(arguments) != 4 or not all(text.isascii() and text.isdigit() for text in arguments):
        print("usage: ring SLOTS PRODUCERS CONSUMERS ITEMS", file=sys.stderr)
        return 2
    slots, producers, consumers, items = map(int, arguments)
    # Without items, or without anybody to make them, there is nothing to hand over; without slots or consumers
    # nothing can be.
    if 0 in (slots, producers, consumers, items):
        return 0

    try:
        ring = Ring(slots, producers)
    except (OSError, ValueError, OverflowError, posix_ipc.Error) as error:
        print(f"ring: {error}", file=sys.stderr)
        return 1
    children = {start(produce, ring, number, items, consumers) for number in range(1, producers + 1)}
    children |= {start(consume, ring) for _ in range(consumers)}
    return 0 if wait_for(children) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
