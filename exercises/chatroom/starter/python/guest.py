"""guest PORT NAME - says what is typed to the room at PORT, and prints what the others say."""

import sys

# import selectors, socket


def main(arguments):
    if len(arguments) != 2 or not (arguments[0].isascii() and arguments[0].isdigit()):
        print("usage: guest PORT NAME", file=sys.stderr)
        return 2
    port, name = int(arguments[0]), arguments[1]

    # Step 1: connect, and send the name, as a line.

    # Step 2: wait for standard input and for the room, whichever has something.

    # Step 3: what is typed goes to the room, what comes is printed, at once.

    # Step 4: when the input ends, close one half of the connection, and listen until the room closes the other.

    print(f"guest: not written yet ({name} at {port})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
