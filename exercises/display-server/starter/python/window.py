"""window SOCKET NAME - sends each typed line to the display, and prints what comes from it."""

import sys

# import selectors, socket


def main(arguments):
    if len(arguments) != 2:
        print("usage: window SOCKET NAME", file=sys.stderr)
        return 2
    path, name = arguments

    # Step 1: connect, and send `name NAME`.

    # Step 2: wait for standard input and for the display, whichever has something.

    # Step 3: each whole line that is typed goes to the display as `draw LINE`; what comes is printed, at once.

    print(f"window: not written yet ({name} at {path})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
