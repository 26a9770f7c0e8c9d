"""logger SOCKET TEXT - send TEXT to the logd at SOCKET"""

import os
import socket
import sys


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: logger SOCKET TEXT", file=sys.stderr)
        return 2
    path, text = arguments
    try:
        # We need no name of our own, since nobody answers. One call is one message, be it of 0 bytes.
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(os.fsencode(text), path)
    except OSError as error:  # no such file, or a socket that nobody has open
        print(f"logger: {path}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
