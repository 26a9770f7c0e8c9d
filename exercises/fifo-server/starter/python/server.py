"""usage: server FIFO

Hands out numbers: a request `PID COUNT` is answered through FIFO.PID with the first of COUNT numbers. Until SIGTERM.
"""

import sys


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: server FIFO", file=sys.stderr)
        return 2
    fifo = arguments[0]

    # Step 1: decide how SIGTERM is to reach you, and arrange for it before there is anything to remove. It may come at
    #         any moment, also just before a call that waits.

    # Step 2: make the FIFO, with mode 0600, and open it. What does a read give when the last client has closed it, and
    #         how can you see to it that this never happens?

    # Step 3: sleep until a request comes. One read may bring several.

    # Step 4: is it a request at all? If not: a message on stderr, and on.

    # Step 5: answer. Which calls wait for the client, and what if it has gone?

    # Step 6: on SIGTERM remove the FIFO and return 0.

    print(f"server: not written yet ({fifo})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
