"""server FIFO - hand out numbers to clients

A request is a line ``PID COUNT``; the answer, a line with the first of COUNT numbers, goes into FIFO.PID. The server
waits for three things that others decide: that a request comes, that a client opens its FIFO, that somebody says
SIGTERM. Each of them has a thread here that waits for nothing else.
"""

import contextlib
import os
import re
import signal
import sys
import threading


def complain(text: str) -> None:
    """One write past Python's buffers: who is ended in the middle of it, as threads are here, holds no buffer's lock."""
    os.write(2, os.fsencode(f"server: {text}\n"))


def deliver(path: str, number: int) -> None:
    """Write an answer. ``os.open`` waits for a reader, for ever if the client has vanished: nobody waits for us."""
    try:
        client = os.open(path, os.O_WRONLY)
        try:
            os.write(client, b"%d\n" % number)
        finally:
            os.close(client)
    except OSError as error:  # no such FIFO; or the reader has vanished after the open (Python ignores SIGPIPE)
        complain(f"no answer: {error}")


def serve(fifo: str, requests: int) -> None:
    """Hand out numbers, request by request. This thread alone does so: the count needs no lock."""
    upcoming = 0
    # Each request lies in the FIFO in one piece; one read may take several. The file gives them line by line.
    with open(requests, "rb") as lines:
        for line in lines:
            request = re.fullmatch(rb"([0-9]+) ([0-9]+)\n", line)
            if request is None:
                complain(f"this is no request: {line!r}")
                continue
            path = f"{fifo}.{int(request[1])}"
            threading.Thread(target=deliver, args=(path, upcoming), daemon=True).start()
            upcoming += int(request[2])


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: server FIFO", file=sys.stderr)
        return 2
    fifo = arguments[0]
    # Blocked before there is a FIFO to remove, and in all threads: it waits in the kernel until sigwait takes it. So
    # there is no moment in which it could be lost, and none in which it could end us.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        with contextlib.suppress(FileExistsError):
            os.mkfifo(fifo, 0o600)
        # O_NONBLOCK: the open does not wait for the first client. And we write to it, too, though never a byte: as
        # long as there is one writer there is no end of file, and the loop of `serve` never ends.
        requests = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        os.open(fifo, os.O_WRONLY)
        os.set_blocking(requests, True)
    except OSError as error:
        complain(str(error))
        return 1

    threading.Thread(target=serve, args=(fifo, requests), daemon=True).start()
    signal.sigwait({signal.SIGTERM})
    os.unlink(fifo)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
