# Accepted: a C structure with unnamed semaphores by ctypes, laid over an anonymous mapping; consumers draw tickets.
import ctypes
import mmap
import os
import sys

libc = ctypes.CDLL(None, use_errno=True)


class Semaphore(ctypes.Structure):
    """A sem_t."""

    _fields_ = [("opaque", ctypes.c_long * 4)]

    def init(self, value):
        if libc.sem_init(ctypes.byref(self), 1, value) != 0:
            raise OSError(ctypes.get_errno(), "sem_init")

    def __enter__(self):
        while libc.sem_wait(ctypes.byref(self)) != 0:
            pass  # interrupted by a signal

    def __exit__(self, *_):
        libc.sem_post(ctypes.byref(self))

    wait = __enter__
    post = __exit__


class Item(ctypes.Structure):
    _fields_ = [("producer", ctypes.c_uint64), ("number", ctypes.c_uint64)]


def ring_type(slots):
    class Ring(ctypes.Structure):
        _fields_ = [
            ("mutex", Semaphore),
            ("free", Semaphore),
            ("used", Semaphore),
            ("tickets", ctypes.c_uint64),
            ("first", ctypes.c_uint64),
            ("behind", ctypes.c_uint64),
            ("items", Item * slots),
        ]

    return Ring


def child(work):
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except BaseException as error:
        os.write(2, f"ring: {error}\n".encode())
        os._exit(1)
    os._exit(0)


def main():
    words = sys.argv[1:]
    if len(words) != 4 or not all(w and set(w) <= set("0123456789") for w in words):
        os.write(2, b"usage: ring SLOTS PRODUCERS CONSUMERS ITEMS\n")
        return 2
    slots, producers, consumers, items = (int(w) for w in words)
    if slots == 0 or consumers == 0:
        return 0

    layout = ring_type(slots)
    ring = layout.from_buffer(mmap.mmap(-1, ctypes.sizeof(layout)))
    ring.mutex.init(1)
    ring.free.init(slots)
    ring.used.init(0)
    ring.tickets = producers * items

    def produce(me):
        for number in range(1, items + 1):
            ring.free.wait()
            with ring.mutex:
                ring.items[ring.behind] = Item(me, number)
                ring.behind = (ring.behind + 1) % slots
            ring.used.post()

    def consume():
        while True:
            with ring.mutex:
                if ring.tickets == 0:
                    return
                ring.tickets -= 1
            ring.used.wait()
            with ring.mutex:
                item = ring.items[ring.first]
                line = f"{item.producer}:{item.number}\n"
                ring.first = (ring.first + 1) % slots
            ring.free.post()
            os.write(1, line.encode())

    pids = [child(lambda p=p: produce(p)) for p in range(1, producers + 1)]
    pids += [child(consume) for _ in range(consumers)]
    return 1 if [pid for pid in pids if os.waitpid(pid, 0)[1] != 0] else 0


sys.exit(main())
