"""usage: clerk KEY

Answers each request in the queue KEY with its text in upper case, until SIGTERM.
"""

import sys


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not (arguments[0].isascii() and arguments[0].isdigit()):
        print("usage: clerk KEY", file=sys.stderr)
        return 2
    key = int(arguments[0])

    # Step 1: decide who waits for SIGTERM, and arrange for it before there is a queue. It may come at any moment, also
    #         just before receive sleeps. What becomes of receive when somebody else removes the queue?

    # Step 2: make the queue, with mode 0600. (The module sysv_ipc.)

    # Step 3: what does a request look like, and what an answer? (The module struct; a C long is "l".)

    # Step 4: take a request, and nothing but requests, and answer it; again and again.

    # Step 5: on SIGTERM remove the queue and return 0.

    print(f"clerk: not written yet ({key})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
