"""A thread waits for messages, the main thread for SIGTERM; it sends the last message itself, from a socket of its own."""

import os
import signal
import socket
import sys
import threading


def log_all(messages, file, farewell):
    number = 0
    while True:
        text, sender = messages.recvfrom(1 << 18)
        if sender == farewell:
            return
        number += 1
        escaped = text.replace(b"\n", rb"\n")
        file.write(b"%d %s\n" % (number, escaped))
        file.flush()


def main(path, log):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    os.umask(0o177)
    with open(log, "ab") as file, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as messages:
        messages.bind(path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.bind("")  # Linux gives it a name that nobody else has
            worker = threading.Thread(target=log_all, args=(messages, file, own.getsockname()))
            worker.start()
            signal.sigwait({signal.SIGTERM})
            own.sendto(b"", path)  # it comes after all that is queued
            os.unlink(path)
            worker.join()


if len(sys.argv) != 3:
    print("usage: logd SOCKET FILE", file=sys.stderr)
    sys.exit(2)
try:
    main(*sys.argv[1:])
except OSError as error:
    print("logd:", error, file=sys.stderr)
    sys.exit(1)
