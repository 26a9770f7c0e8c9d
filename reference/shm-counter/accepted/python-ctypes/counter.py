# Accepted: a ctypes long lies on the mapping; an ExitStack undoes what was made; children wait at their own mapping.
import contextlib
import ctypes
import mmap
import os
import sys

import posix_ipc


def child(name, iterations):
    """Open both objects anew, by name, and add."""
    shared = posix_ipc.SharedMemory(name)
    view = mmap.mmap(shared.fd, ctypes.sizeof(ctypes.c_long), flags=mmap.MAP_SHARED)
    total = ctypes.c_long.from_buffer(view)
    gate = posix_ipc.Semaphore(name)
    for _ in range(iterations):
        gate.acquire()
        total.value += 1
        gate.release()


def parent(name, workers, iterations):
    with contextlib.ExitStack() as undo:
        shared = posix_ipc.SharedMemory(
            name, posix_ipc.O_CREX, mode=0o600, size=ctypes.sizeof(ctypes.c_long), read_only=False
        )
        undo.callback(shared.unlink)
        gate = posix_ipc.Semaphore(name, posix_ipc.O_CREX, mode=0o600, initial_value=1)
        undo.callback(gate.unlink)

        started = 0
        while started < workers:
            if os.fork() == 0:
                try:
                    child(name, iterations)
                except BaseException as error:
                    os.write(2, f"worker: {error}\n".encode())
                    os._exit(1)
                os._exit(0)
            started += 1
        results = [os.waitid(os.P_ALL, 0, os.WEXITED).si_status for _ in range(started)]

        total = int.from_bytes(os.pread(shared.fd, ctypes.sizeof(ctypes.c_long), 0), sys.byteorder, signed=True)
        os.write(1, b"%d\n" % total)
        return 1 if any(results) else 0


def main():
    words = sys.argv[1:]
    if len(words) != 3 or not all(w and set(w) <= set("0123456789") for w in words[1:]):
        os.write(2, b"usage: counter NAME WORKERS ITERATIONS\n")
        return 2
    try:
        return parent(words[0], int(words[1]), int(words[2]))
    except (posix_ipc.ExistentialError, OSError, ValueError) as error:
        os.write(2, f"counter: {error}\n".encode())
        return 1


if __name__ == "__main__":
    sys.exit(main())
