"""display SOCKET - prints what windows draw, and sends keys to the one that has the focus."""

import sys

# import selectors, signal, socket


def main(arguments):
    if len(arguments) != 1:
        print("usage: display SOCKET", file=sys.stderr)
        return 2
    path = arguments[0]

    # Step 1: a socket at the path, with mode 0600. What if a file of that name is there? Who can tell you whether a
    #         display is behind it?

    # Step 2: wait for the listening socket, for all windows and for standard input, in one call.

    # Step 3: a read brings some bytes. Keep them, for each window by itself, and take whole lines out.

    # Step 4: `focus NAME` and `key C`. What if the window has died?

    # Step 5: SIGTERM, at any time: remove the file, end with 0.

    print(f"display: not written yet ({path})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
