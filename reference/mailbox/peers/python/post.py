"""post FILE TEXT

Appends a message to the mailbox FILE. How it is done so that no message is lost, whoever else is at work and
whoever is killed, is told in mailbox.py.
"""

import os
import sys

import mailbox


def main(arguments: list[str]) -> int:
    # A newline is what separates messages, so none can contain one.
    if len(arguments) != 2 or "\n" in arguments[1]:
        print("usage: post FILE TEXT (TEXT is one line)", file=sys.stderr)
        return 2
    file, text = arguments
    try:
        with mailbox.locked(file):
            mailbox.replace(file, mailbox.read(file) + os.fsencode(text) + b"\n")
    except OSError as error:
        print(f"post: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
