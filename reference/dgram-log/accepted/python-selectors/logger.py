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
        out.sendmsg([os.fsencode(text)], [], 0, path)
    except OSError as error:
        print(f"logger: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
