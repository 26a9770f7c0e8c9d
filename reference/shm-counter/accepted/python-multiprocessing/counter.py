"""Accepted: processes by multiprocessing, the number packed and unpacked with struct."""

import argparse
import mmap
import multiprocessing
import re
import struct
import sys

import posix_ipc


def natural(text):
    if not re.fullmatch("[0-9]+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a count")
    return int(text)


def work(memory, semaphore, iterations):
    for _ in range(iterations):
        semaphore.acquire()
        try:
            (value,) = struct.unpack_from("@l", memory, 0)
            struct.pack_into("@l", memory, 0, value + 1)
        finally:
            semaphore.release()


def main():
    parser = argparse.ArgumentParser(prog="counter")
    parser.add_argument("name")
    parser.add_argument("workers", type=natural)
    parser.add_argument("iterations", type=natural)
    args = parser.parse_args()  # wrong usage: exits 2

    try:
        semaphore = posix_ipc.Semaphore(args.name, posix_ipc.O_CREAT | posix_ipc.O_EXCL, 0o600, 1)
    except posix_ipc.ExistentialError as error:
        sys.exit(f"counter: {error}")
    try:
        shared = posix_ipc.SharedMemory(args.name, posix_ipc.O_CREAT | posix_ipc.O_EXCL, 0o600, mmap.PAGESIZE)
    except posix_ipc.ExistentialError as error:
        semaphore.unlink()
        sys.exit(f"counter: {error}")
    memory = mmap.mmap(shared.fd, shared.size)

    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=work, args=(memory, semaphore, args.iterations)) for _ in range(args.workers)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(*struct.unpack_from("@l", memory, 0), flush=True)
    shared.unlink()
    semaphore.unlink()
    sys.exit(any(worker.exitcode != 0 for worker in workers))


if __name__ == "__main__":
    main()
