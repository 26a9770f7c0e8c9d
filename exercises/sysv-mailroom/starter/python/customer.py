"""usage: customer KEY ID TEXT, or customer --try KEY ID

Sends TEXT to the clerk and prints the answer; or prints an answer that is waiting, and exits with 3 if there is none.
"""

import os
import sys


def main(arguments: list[str]) -> int:
    trying = arguments[:1] == ["--try"]
    numbers = arguments[1:] if trying else arguments[:2]
    text = os.fsencode(arguments[2]) if len(arguments) == 3 and not trying else b""
    if len(arguments) != 3 or not all(n.isascii() and n.isdigit() for n in numbers) or int(numbers[1]) < 2 or b"\n" in text:
        print("usage: customer KEY ID TEXT, or customer --try KEY ID", file=sys.stderr)
        return 2
    key, number = map(int, numbers)

    # Step 1: does TEXT fit? Find out before you send anything.

    # Step 2: find the queue; it is the clerk's. (The module sysv_ipc.)

    # Step 3: send the request, unless you only look.

    # Step 4: take your own answer, and nobody else's. How do you say that you do not want to wait?

    # Step 5: what if the clerk removes the queue while you sleep?

    print(f"customer: not written yet ({key}, {number})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
