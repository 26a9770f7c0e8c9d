"""usage: submit [--try] QUEUE PRIORITY TEXT

Puts a job into the queue. If it is full, waits; with --try, exits with 3.
"""

import os
import sys


def parse_number(text: str) -> int:
    """A decimal number, or -1 if `text` is anything else."""
    return int(text) if text.isascii() and text.isdigit() else -1


def main(arguments: list[str]) -> int:
    wait = arguments[:1] != ["--try"]
    if not wait:
        arguments = arguments[1:]
    priority = parse_number(arguments[1]) if len(arguments) == 3 else -1
    if priority < 0 or "\n" in arguments[2]:
        print("usage: submit [--try] QUEUE PRIORITY TEXT", file=sys.stderr)
        return 2
    queue_name = arguments[0]
    text = os.fsencode(arguments[2])  # bytes, as they were typed

    # Step 1: is the text short enough? Find out before you touch the queue.

    # Step 2: open the queue, and make it if it is not there, with the right sizes and mode. Can that be done in
    #         one call, so that it does not matter who comes first? (The module posix_ipc.)

    # Step 3: send the job. What happens while the queue is full, and how do you ask for the other behaviour?

    # Step 4: tell success, "full" and failure apart. Does anything have to be removed?

    how = "" if wait else ", --try"
    print(f"submit: not written yet ({queue_name}, priority {priority}, {len(text)} bytes{how})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
