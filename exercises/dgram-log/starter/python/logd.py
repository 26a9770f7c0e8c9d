"""usage: logd SOCKET FILE

Appends each message that comes to SOCKET to FILE, as a numbered line, until SIGTERM.
"""

import sys


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: logd SOCKET FILE", file=sys.stderr)
        return 2
    path, file = arguments

    # Step 1: decide how SIGTERM is to reach you, and arrange for it before there is anything to remove. You will wait for
    #         it and for messages at the same time.

    # Step 2: open FILE, so that what is in it stays, and whatever you write goes to its end.

    # Step 3: make a datagram socket and bind it to SOCKET. Who decides on the mode of the file that this makes?

    # Step 4: sleep until a message comes. How long can it be, and what becomes of what does not fit?

    # Step 5: write the line. It is to be in FILE at once.

    # Step 6: on SIGTERM take what has been sent already, remove SOCKET, return 0.

    print(f"logd: not written yet ({path}, {file})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
