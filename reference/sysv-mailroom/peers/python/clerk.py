"""clerk KEY - answer each request in the queue with its text in upper case, until SIGTERM

No call waits for a message of a System V queue and for a signal at the same time. So two threads wait, one for each;
and the one tells the other in the simplest way: it removes the queue, which has to be done anyway. Whoever sleeps in
``receive`` is woken by that, the customers too.
"""

import re
import signal
import struct
import sys
import threading

import sysv_ipc

REQUEST_TYPE = 1
TEXT_SIZE = 200
ID = struct.Struct("@l")  # a C long, as this machine has it


def answer_all(queue: sysv_ipc.MessageQueue) -> None:
    """Answer requests until there is no queue any more."""
    try:
        while True:
            # Type 1 only: the answers lie in the same queue, and are not for us.
            message, _ = queue.receive(type=REQUEST_TYPE)
            if len(message) < ID.size:
                continue
            (customer,) = ID.unpack_from(message)
            text = message[ID.size :].partition(b"\0")[0][:TEXT_SIZE]
            if customer > REQUEST_TYPE:
                queue.send(text.upper().ljust(TEXT_SIZE, b"\0"), type=customer)
    except sysv_ipc.Error:
        # Removed while we slept, or just before we asked.
        return


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not re.fullmatch("-?[0-9]+", arguments[0]):
        print("usage: clerk KEY", file=sys.stderr)
        return 2
    # Blocked before there is a queue that could be left behind, and before the thread, which inherits the mask.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        queue = sysv_ipc.MessageQueue(int(arguments[0]), sysv_ipc.IPC_CREAT, mode=0o600)
    except (sysv_ipc.Error, OSError, ValueError) as error:
        print(f"clerk: {error}", file=sys.stderr)
        return 1
    worker = threading.Thread(target=answer_all, args=(queue,))
    worker.start()
    signal.sigwait({signal.SIGTERM})
    queue.remove()
    worker.join()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
