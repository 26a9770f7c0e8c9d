"""No part of a solution. ghost FIFO COUNT HOW - a client that vanishes before it reads its answer

HOW is ``nameless`` (it asks, and has no FIFO), ``unopened`` (it has one, and never opens it) or ``opened`` (it has it
open for reading, and leaves as soon as the server has opened the other side, at the latest when the answer has come).
"""

import os
import select
import sys
import threading


def leave_when_opened(path: str) -> None:
    """A FIFO's open waits for a writer that comes after it, though we have it open for reading already."""
    os.open(path, os.O_RDONLY)
    os._exit(0)


def main(fifo: str, count: str, how: str) -> None:
    mine = f"{fifo}.{os.getpid()}"
    if how != "nameless":
        os.mkfifo(mine, 0o600)
    if how == "opened":
        answers = os.open(mine, os.O_RDONLY | os.O_NONBLOCK)
        threading.Thread(target=leave_when_opened, args=(mine,), daemon=True).start()
    server = os.open(fifo, os.O_WRONLY)
    os.write(server, b"%d %s\n" % (os.getpid(), count.encode()))
    os.close(server)
    if how == "opened":
        select.select([answers], [], [])
        os._exit(0)


main(*sys.argv[1:])
