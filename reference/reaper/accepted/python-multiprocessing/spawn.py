"""Accepted: the processes of multiprocessing, waited for by their sentinels."""

import multiprocessing
import multiprocessing.connection
import sys


def child(number):
    sys.exit(number % 7)


def main(arguments):
    try:
        [text] = arguments
        count = int(text)
        if count < 0 or not text.isdigit():
            raise ValueError(text)
    except ValueError:
        print("usage: spawn COUNT", file=sys.stderr)
        return 2

    context = multiprocessing.get_context("fork")
    running = {}
    for number in range(1, count + 1):
        process = context.Process(target=child, args=(number,))
        process.start()
        running[process.sentinel] = number, process
    while running:
        for sentinel in multiprocessing.connection.wait(running):
            number, process = running.pop(sentinel)
            process.join()
            print("child", number, "status", process.exitcode, flush=True)
    print("reaped", count, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
