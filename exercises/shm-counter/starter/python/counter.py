"""usage: counter NAME WORKERS ITERATIONS

WORKERS child processes add 1 to a number in shared memory, ITERATIONS times each.
"""

import sys


def parse_count(text: str) -> int:
    """A count in decimal, or -1 if `text` is anything else."""
    return int(text) if text.isascii() and text.isdigit() else -1


def main(arguments: list[str]) -> int:
    workers = parse_count(arguments[1]) if len(arguments) == 3 else -1
    iterations = parse_count(arguments[2]) if len(arguments) == 3 else -1
    if workers < 0 or iterations < 0:
        print("usage: counter NAME WORKERS ITERATIONS", file=sys.stderr)
        return 2
    name = arguments[0]

    # Step 1: make the segment, only if its name is free, and map it. (The modules posix_ipc and mmap.)

    # Step 2: make the semaphore, only if its name is free. Which value does it begin with? If a step fails: what
    #         have you made so far, and what belongs to somebody else?

    # Step 3: start the workers. What must be done before, so that they share the number?

    # Step 4: in a worker, add 1, `iterations` times. What must lie under the semaphore? How does a child end, so
    #         that it does not go on as a second parent?

    # Step 5: when may the parent read the total? Do what is needed for that, then print it.

    # Step 6: remove both names. What if something has failed in between?

    print(f"counter: not written yet ({name}, {workers} workers, {iterations} times)", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
