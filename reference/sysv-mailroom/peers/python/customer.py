"""customer KEY ID TEXT   - send TEXT to the clerk and print the answer, asleep until it comes
customer --try KEY ID  - print an answer that is waiting for ID; exit with 3 if there is none
"""

import os
import re
import struct
import sys

import sysv_ipc

REQUEST_TYPE = 1
TEXT_SIZE = 200
EXIT_NOTHING = 3
REQUEST = struct.Struct(f"@l{TEXT_SIZE}s")  # a C long, as this machine has it; the text is filled up with NUL bytes


def print_answer(queue: sysv_ipc.MessageQueue, customer: int, block: bool) -> int:
    """Take the oldest answer for `customer`, leave what is for others. Returns the exit status."""
    try:
        message, _ = queue.receive(block=block, type=customer)
    except sysv_ipc.BusyError:
        return EXIT_NOTHING
    sys.stdout.buffer.write(message.partition(b"\0")[0] + b"\n")
    sys.stdout.buffer.flush()
    return 0


def main(arguments: list[str]) -> int:
    trying = arguments[:1] == ["--try"]
    numbers = arguments[1:] if trying else arguments[:2]
    text = os.fsencode(arguments[2]) if len(arguments) == 3 and not trying else b""
    if (
        len(arguments) != 3
        or not all(re.fullmatch("-?[0-9]+", number) for number in numbers)
        or int(numbers[1]) <= REQUEST_TYPE
        or b"\n" in text
    ):
        print("usage: customer KEY ID TEXT\n       customer --try KEY ID", file=sys.stderr)
        return 2
    key, customer = map(int, numbers)
    if len(text) > TEXT_SIZE:
        print(f"customer: TEXT is longer than {TEXT_SIZE} bytes", file=sys.stderr)
        return 1
    try:
        queue = sysv_ipc.MessageQueue(key)  # it is the clerk's: without him there is nobody to ask
        if not trying:
            queue.send(REQUEST.pack(customer, text), type=REQUEST_TYPE)
        # If the clerk closes while we sleep here, the queue goes, and this fails (EIDRM).
        return print_answer(queue, customer, block=not trying)
    except (sysv_ipc.Error, OSError, ValueError, struct.error) as error:
        print(f"customer: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
