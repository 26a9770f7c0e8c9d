"""usage: post FILE TEXT

Appends a message to the mailbox FILE.
"""

import sys


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or "\n" in arguments[1]:
        print("usage: post FILE TEXT (TEXT is one line)", file=sys.stderr)
        return 2
    file, text = arguments

    # Step 1: lock FILE.lock, and make it if it is not there (the module fcntl). Which call waits until it is free? Who
    #         gives the lock back if you are killed?

    # Step 2: what is in the mailbox? It may not exist yet.

    # Step 3: let the mailbox contain that and one message more, so that it never contains anything in between, wherever
    #         you are killed. Where do you write, and what puts it in its place?

    # Step 4: what if somebody was killed before you: what may he have left beside FILE?

    print(f"post: not written yet ({file}, {len(text)} characters)", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
