"""Accepted: processes, semaphores and the lock of multiprocessing; lines of text in the slots, put and taken like a
file; the parent puts the end marks itself when all producers have ended."""

import argparse
import mmap
import multiprocessing
import re
import sys

WIDTH = 48


def natural(text):
    if not re.fullmatch("[0-9]+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a count")
    return int(text)


class End:
    """One end of the ring: where it is, and who may move it."""

    def __init__(self, context, memory, offset, places):
        self.memory = memory
        self.offset = offset
        self.places = places
        self.lock = context.Lock()

    def next_slot(self, slots):
        place = int.from_bytes(self.memory[self.offset : self.offset + 8], "little")
        self.memory[self.offset : self.offset + 8] = ((place + 1) % slots).to_bytes(8, "little")
        return 16 + place * WIDTH


class Ring:
    def __init__(self, context, slots):
        self.slots = slots
        self.memory = mmap.mmap(-1, 16 + slots * WIDTH)
        self.head = End(context, self.memory, 0, context.BoundedSemaphore(slots))
        self.tail = End(context, self.memory, 8, context.Semaphore(0))

    def put(self, line):
        self.head.places.acquire()
        with self.head.lock:
            self.memory.seek(self.head.next_slot(self.slots))
            self.memory.write(line.encode().ljust(WIDTH))
        self.tail.places.release()

    def take(self):
        self.tail.places.acquire()
        with self.tail.lock:
            self.memory.seek(self.tail.next_slot(self.slots))
            line = self.memory.read(WIDTH)
        self.head.places.release()
        return line.decode().rstrip()


def producer(ring, me, items):
    for number in range(items):
        ring.put(f"{me}:{number + 1}")


def consumer(ring):
    for line in iter(ring.take, ""):
        print(line, flush=True)


def main():
    parser = argparse.ArgumentParser(prog="ring")
    for name in ("slots", "producers", "consumers", "items"):
        parser.add_argument(name, type=natural)
    args = parser.parse_args()  # wrong usage: exits 2
    if not args.slots or not args.consumers:
        return 0

    context = multiprocessing.get_context("fork")
    ring = Ring(context, args.slots)
    consumers = [context.Process(target=consumer, args=(ring,)) for _ in range(args.consumers)]
    producers = [context.Process(target=producer, args=(ring, p + 1, args.items)) for p in range(args.producers)]
    for process in consumers + producers:
        process.start()
    for process in producers:
        process.join()
    for _ in consumers:
        ring.put("")
    for process in consumers:
        process.join()
    return int(any(process.exitcode for process in producers + consumers))


if __name__ == "__main__":
    sys.exit(main())
