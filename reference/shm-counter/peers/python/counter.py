"""counter NAME WORKERS ITERATIONS

WORKERS child processes add 1 to one number, ITERATIONS times each. The number lives in a POSIX shared
memory segment, and a POSIX semaphore sees to it that only one process at a time is changing it.

Why the semaphore? ``total[0] += 1`` looks like one act, but is three: read the number, add 1, write it back.
If two processes both read 41, both write 42, and one addition is lost. Python's own lock (the GIL) does not
help: each process has its own.
"""

import mmap
import os
import struct
import sys

import posix_ipc

LONG = struct.calcsize("l")


def parse_count(text: str) -> int:
    """A count in decimal. ``int`` alone would also take " 7", "+7" and "1_000"."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"not a count: {text!r}")
    return int(text)


def create(name: str) -> tuple[mmap.mmap, posix_ipc.Semaphore]:
    """Make the segment and the semaphore, or neither.

    O_CREX is O_CREAT | O_EXCL: "is the name free?" and "then it is mine" are one act of the kernel. Whatever
    existed before belongs to somebody else, so on failure only what was made here is removed.
    """
    segment = posix_ipc.SharedMemory(name, posix_ipc.O_CREX, mode=0o600, size=LONG)  # new bytes are zero
    try:
        memory = mmap.mmap(segment.fd, LONG)  # MAP_SHARED is the default
        lock = posix_ipc.Semaphore(name, posix_ipc.O_CREX, mode=0o600, initial_value=1)
    except (posix_ipc.Error, OSError):
        segment.unlink()  # ours: made just above
        raise
    finally:
        segment.close_fd()  # the mapping stays
    return memory, lock


def work(memory: mmap.mmap, lock: posix_ipc.Semaphore, iterations: int) -> None:
    """What each worker does."""
    total = memoryview(memory).cast("l")
    for _ in range(iterations):
        with lock:  # acquire() on entry, release() on leaving the block
            total[0] += 1  # both the reading and the writing lie inside


def run_workers(memory: mmap.mmap, lock: posix_ipc.Semaphore, workers: int, iterations: int) -> bool:
    """Start the workers and wait until all of them have ended. True if all went well."""
    children = []
    well = True
    try:
        for _ in range(workers):
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    work(memory, lock, iterations)
                    status = 0
                finally:
                    os._exit(status)  # at once: the rest of this program is the parent's
            children.append(child)
    except OSError as error:  # no more processes; those that did start are still waited for
        print(f"counter: fork: {error}", file=sys.stderr)
        well = False
    for child in children:
        _, status = os.waitpid(child, 0)
        well = well and status == 0
    return well


def main(arguments: list[str]) -> int:
    try:
        name, workers, iterations = arguments[0], parse_count(arguments[1]), parse_count(arguments[2])
        if len(arguments) != 3:
            raise ValueError("too many arguments")
    except (IndexError, ValueError):
        print("usage: counter NAME WORKERS ITERATIONS", file=sys.stderr)
        return 2
    try:
        memory, lock = create(name)
    except (posix_ipc.Error, OSError, ValueError) as error:
        print(f"counter: {error}", file=sys.stderr)
        return 1
    try:
        if not run_workers(memory, lock, workers, iterations):
            return 1
        # Nobody else is left: waitpid() returned for every worker. So this read needs no lock.
        print(memoryview(memory).cast("l")[0], flush=True)
        return 0
    finally:
        # Names of POSIX objects live until they are unlinked or the machine restarts: also on failure.
        posix_ipc.unlink_semaphore(name)
        posix_ipc.unlink_shared_memory(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
