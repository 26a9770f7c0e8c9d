# Wrong: logger sends each line of TEXT as a message of its own.
import os
import socket
import sys


def main(arguments: list[str]) -> int:
    try:
        path, text = arguments
    except ValueError:
        print("usage: logger SOCKET TEXT", file=sys.stderr)
        return 2
    try:
        out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        for line in os.fsencode(text).split(b"\n"):
            out.sendmsg([line], [], 0, path)
    except OSError as error:
        print(f"logger: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
