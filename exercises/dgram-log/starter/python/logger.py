"""usage: logger SOCKET TEXT

Sends TEXT to the logd at SOCKET.
"""

import os
import sys


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: logger SOCKET TEXT", file=sys.stderr)
        return 2
    path, text = arguments[0], os.fsencode(arguments[1])  # bytes, as they were typed

    # Step 1: make a datagram socket. Does it need a name of its own?

    # Step 2: send the text, all of it and nothing more, as one message. What if nobody is there?

    print(f"logger: not written yet ({path}, {len(text)} bytes)", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
