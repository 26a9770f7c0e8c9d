"""usage: worker QUEUE COUNT
       worker --drain QUEUE

Prints COUNT jobs, and waits for them; or prints all that are there, and removes the queue.
"""

import sys


def parse_count(text: str) -> int:
    """A count in decimal, or -1 if `text` is anything else."""
    return int(text) if text.isascii() and text.isdigit() else -1


def work(queue_name: str, count: int) -> int:
    # Step 1: open the queue, and make it if it is not there, with the right sizes and mode. (The module posix_ipc.)

    # Step 2: take a job, and print its priority and its text, byte by byte as it came. Who does the sorting, and
    #         who the waiting? Is there a NUL at the end?

    # Step 3: do that `count` times. When does a line leave your program?

    print(f"worker: not written yet ({queue_name}, {count} jobs)", file=sys.stderr)
    return 1


def drain(queue_name: str) -> int:
    # Step 4: open the queue so that you do not wait when it is empty. What if there is none?

    # Step 5: print the jobs until nothing is left. Which exception is the end, and no failure?

    # Step 6: remove the queue. If somebody submits a job in just this moment, is it lost?

    print(f"worker: not written yet (--drain {queue_name})", file=sys.stderr)
    return 1


def main(arguments: list[str]) -> int:
    if len(arguments) == 2 and arguments[0] == "--drain":
        return drain(arguments[1])
    count = parse_count(arguments[1]) if len(arguments) == 2 else -1
    if count < 0:
        print("usage: worker QUEUE COUNT\n       worker --drain QUEUE", file=sys.stderr)
        return 2
    return work(arguments[0], count)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
