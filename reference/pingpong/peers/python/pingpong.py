"""pingpong ROUNDS - a parent and its child pass a number to and fro over two pipes, and print it strictly in turn.

A pipe carries bytes one way. What one process writes into it anybody may read who has the read end, the writer included;
so two processes that talk to each other need two pipes, one for each way.

os.read() sleeps until there is something, so the number is also the turn: whoever has it may print. And os.read() gives
b"", end of file, when the pipe is empty *and its last write end is closed*. os.fork() doubles all four ends. If the
child kept its copy of the end that the parent writes to, it would wait for itself to write: for ever.
"""

import os
import struct
import sys

NUMBER = struct.Struct("=i")  # 4 bytes, whatever the machine


def receive(fd):
    """Wait for a number. None at end of file.

    A pipe keeps no borders between what is written. But a write of up to PIPE_BUF bytes goes in as a whole, and nobody
    writes before this number is answered: 4 bytes are all that can be in the pipe.
    """
    message = os.read(fd, NUMBER.size)
    return NUMBER.unpack(message)[0] if message else None


def strike(name, number, fd):
    """Print a number, and only then pass it on: who has it may print."""
    print(name, number, flush=True)
    os.write(fd, NUMBER.pack(number))


def child(from_parent, to_parent):
    while (number := receive(from_parent)) is not None:
        strike("child", number + 1, to_parent)


def parent(rounds, from_child, to_child):
    number = 0
    for _ in range(rounds):
        strike("parent", number + 1, to_child)
        number = receive(from_child)
        if number is None:
            sys.exit("pingpong: the child has gone")


def main(arguments):
    if len(arguments) != 1 or not (arguments[0].isascii() and arguments[0].isdigit()):
        print("usage: pingpong ROUNDS", file=sys.stderr)
        return 2
    rounds = int(arguments[0])

    from_parent, to_child = os.pipe()
    from_child, to_parent = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(to_child)
            os.close(from_child)
            child(from_parent, to_parent)
            status = 0
        finally:
            os._exit(status)  # at once: the rest of this program is the parent's
    os.close(from_parent)
    os.close(to_parent)
    parent(rounds, from_child, to_child)

    # The child does not count rounds: it ends when there can be no more. So first close, then wait.
    os.close(to_child)
    return 1 if os.waitpid(pid, 0)[1] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
