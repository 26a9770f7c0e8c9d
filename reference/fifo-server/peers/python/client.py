"""client FIFO COUNT - ask the server at FIFO for COUNT numbers, and print the first of them"""

import contextlib
import os
import sys


def ask(fifo: str, count: int, mine: str) -> bytes:
    """Send the request and wait for the answer, a line."""
    # First open the own FIFO, then send: a server that is quick finds a reader there. O_RDWR (on Linux) opens it without
    # waiting for the server's side. And while we could write to it ourselves there is no end of file: a read waits,
    # though the server has not opened it yet.
    with open(os.open(mine, os.O_RDWR), "rb", buffering=0) as answers:
        server = os.open(fifo, os.O_WRONLY)
        # One write: up to PIPE_BUF bytes lie in a FIFO in one piece, however many clients write at the same time.
        os.write(server, b"%d %d\n" % (os.getpid(), count))
        os.close(server)

        line = b""
        while not line.endswith(b"\n"):
            line += answers.read(64)
        return line


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or not (arguments[1].isascii() and arguments[1].isdigit()):
        print("usage: client FIFO COUNT", file=sys.stderr)
        return 2
    fifo, count = arguments[0], int(arguments[1])
    mine = f"{fifo}.{os.getpid()}"
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(mine)  # that of somebody who had our pid before us, and was killed
        os.mkfifo(mine, 0o600)
        try:
            line = ask(fifo, count, mine)
        finally:
            os.unlink(mine)
    except OSError as error:  # no server, or it has just gone
        print(f"client: {error}", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
