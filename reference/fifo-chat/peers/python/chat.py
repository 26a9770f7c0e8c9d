"""chat ME PEER - two people talk over two FIFOs, one for each direction.

This program reads ME.fifo and writes PEER.fifo; the peer's copy does the opposite. It is one process that
sleeps in a single place, in select(). Four facts from `man 7 fifo` and `man 7 pipe` shape it:

1. open() of a FIFO for reading sleeps until a writer comes, for writing until a reader comes. If both copies
   open for reading first, each sleeps for ever; and a program that sleeps in open() does not hear what is
   typed. So neither of our two open() calls may sleep: O_RDONLY with O_NONBLOCK does not, and on Linux O_RDWR
   does not either, because then we are the missing reader ourselves.
2. read() returns nothing both before the first writer came and after the last one left. select() tells the
   two apart: before, it keeps sleeping; after, it calls the FIFO readable.
3. A read is not a line. Several lines can come in one piece, and a long line in several.
4. A pipe holds 64 KiB. A program that sleeps in write() because the peer is slow reads nothing in the meantime;
   two such programs can fill both FIFOs and stop for ever. So select() waits for room, too.

All text stays bytes: a chat has no reason to care about its encoding. And os.read() is used rather than
sys.stdin, whose buffer select() cannot see.
"""

import errno
import os
import select
import sys

STDIN, STDOUT = 0, 1
QUIT = b"/quit\n"


def make_fifo(name):
    try:
        os.mkfifo(name, 0o600)
    except FileExistsError:
        pass  # the peer made it, or it is left from an earlier chat: as good as new


def open_outgoing(name):
    """Open the peer's FIFO for writing without waiting for the peer.

    What we write before it comes stays in the pipe, because O_RDWR makes us a reader as well; for the same
    reason a write can never fail with EPIPE. A peer that leaves at this very moment removes its FIFO: then
    make it again, for the next one.
    """
    while True:
        make_fifo(name)
        try:
            return os.open(name, os.O_RDWR | os.O_NONBLOCK)
        except FileNotFoundError:
            pass


def fill(text, fd):
    """Append what there is to read to `text`, with one read.

    At end of file return False, and complete a last line that came without its newline.
    """
    try:
        piece = os.read(fd, 4096)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        piece = b""  # EIO: the terminal is gone, so nothing more will be typed
    text += piece
    if not piece and text and not text.endswith(b"\n"):
        text += b"\n"
    return bool(piece)


def hear(heard, incoming, peer):
    """Print what has come from the peer; return False when the peer has left."""
    there = fill(heard, incoming)
    *lines, rest = heard.split(b"\n")
    for line in lines:
        os.write(STDOUT, peer + b": " + line + b"\n")
    heard[:] = rest
    if not there:
        os.write(STDOUT, peer + b" left\n")
    return there


def talk(incoming, outgoing, peer):
    """Talk until one of the two leaves."""
    typed, heard = bytearray(), bytearray()
    going = 0  # so many bytes at the front of `typed` are on their way to the peer
    more = True  # stdin has not ended

    while True:
        if going == 0:
            going = typed.find(b"\n") + 1
            if typed[:going] == QUIT or (going == 0 and not more):
                return

        # Always listen to the peer. Besides that, either get rid of a line or wait for the next one.
        if going:
            readable, writable, _ = select.select([incoming], [outgoing], [])
        else:
            readable, writable, _ = select.select([incoming, STDIN], [], [])

        if incoming in readable and not hear(heard, incoming, peer):
            return
        if outgoing in writable:
            count = os.write(outgoing, typed[:going])  # as much as there is room for
            del typed[:count]
            going -= count
        if STDIN in readable:
            more = fill(typed, STDIN)


def main(argv):
    if len(argv) != 3:
        print("usage: chat ME PEER", file=sys.stderr)
        return 2
    mine, theirs = argv[1] + ".fifo", argv[2] + ".fifo"

    # Ours comes first: whoever finds us at his FIFO can be sure that we see him leave.
    make_fifo(mine)
    incoming = os.open(mine, os.O_RDONLY | os.O_NONBLOCK)
    outgoing = open_outgoing(theirs)

    talk(incoming, outgoing, os.fsencode(argv[2]))

    # First the name, then (by exiting) the descriptors: who has seen us leave finds no FIFO of ours.
    os.unlink(mine)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv))
    except OSError as error:
        sys.exit(f"chat: {error}")  # a message on stderr, and status 1
