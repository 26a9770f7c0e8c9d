"""room PORT - passes on to all guests what each of them says."""

import sys

# import selectors, signal, socket


def main(arguments):
    if len(arguments) != 1 or not (arguments[0].isascii() and arguments[0].isdigit()):
        print("usage: room PORT", file=sys.stderr)
        return 2
    port = int(arguments[0])

    # Step 1: a socket that listens at 127.0.0.1; print `listening PORT`. Which option must be set before bind, so that the
    #         port can be bound again when this room has closed?

    # Step 2: wait for the listening socket and for all guests, in one call.

    # Step 3: a read brings some bytes. Keep them, for each guest by itself, and take whole lines out; the first is the name.

    # Step 4: send to all others. What if it does not fit, because a guest does not read? What if it has died?

    # Step 5: end of file: it has left, but does it still listen? And SIGTERM, at any time.

    print(f"room: not written yet ({port})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
