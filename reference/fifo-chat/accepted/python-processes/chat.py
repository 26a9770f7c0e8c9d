"""chat ME PEER, with processes: one child for each direction, and a parent that waits for the first to end."""

import os
import select
import signal
import sys


def provide(name):
    try:
        os.mkfifo(name, 0o600)
    except FileExistsError:
        return


def open_for_writing(name):
    try:
        return os.open(name, os.O_RDWR)  # with O_WRONLY it would sleep until the peer comes
    except FileNotFoundError:  # removed since we looked
        provide(name)
        return open_for_writing(name)


def listener(incoming, peer):
    """Print what comes until the peer has left."""
    waiter = select.poll()
    waiter.register(incoming, select.POLLIN)
    waiter.poll()  # unlike a read, this waits for the first writer
    os.set_blocking(incoming, True)
    with os.fdopen(incoming, "rb") as lines, os.fdopen(1, "wb", buffering=0) as out:
        for line in lines:
            out.write(b"%s: %s\n" % (peer, line.rstrip(b"\n")))
        out.write(b"%s left\n" % peer)


def talker(outgoing):
    """Send what is typed until there is no more."""
    with os.fdopen(0, "rb") as lines, os.fdopen(outgoing, "wb", buffering=0) as out:
        for line in lines:
            line = line.rstrip(b"\n")
            if line == b"/quit":
                return
            out.write(line + b"\n")


def child(work, *arguments):
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work(*arguments)
            status = 0
        finally:
            os._exit(status)
    return pid


def main(me, peer):
    mine, theirs = me + ".fifo", peer + ".fifo"
    provide(mine)
    incoming = os.open(mine, os.O_RDONLY | os.O_NONBLOCK)
    provide(theirs)
    outgoing = open_for_writing(theirs)

    children = {child(listener, incoming, os.fsencode(peer)), child(talker, outgoing)}
    pid, status = os.wait()
    children.remove(pid)
    for other in children:
        os.kill(other, signal.SIGKILL)
        os.waitpid(other, 0)
    os.unlink(mine)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        print("usage: chat ME PEER", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
