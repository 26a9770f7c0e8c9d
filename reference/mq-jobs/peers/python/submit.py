"""submit [--try] QUEUE PRIORITY TEXT - put a job into the queue

If the queue is full, submit sleeps until a worker has taken a job; with --try it exits with 3 instead.
"""

import os
import sys

import posix_ipc

JOBS_MAX = 10  # messages the queue holds before a sender has to wait
JOB_SIZE = 256  # bytes of a message: TEXT and the NUL that ends it, so that programs in C can read it, too


def open_jobs(name: str) -> posix_ipc.MessageQueue:
    """Open the queue for sending, and make it if it does not exist.

    O_CREAT without O_EXCL means "make it, or take the one that is there", and the kernel does that in one act:
    it does not matter who comes first. The sizes count only for the one who makes it.
    """
    queue = posix_ipc.MessageQueue(
        name, posix_ipc.O_CREAT, mode=0o600, max_messages=JOBS_MAX, max_message_size=JOB_SIZE, read=False
    )
    if (queue.max_messages, queue.max_message_size) != (JOBS_MAX, JOB_SIZE):
        raise ValueError(f"{name} is no queue of {JOBS_MAX} messages of {JOB_SIZE} bytes")
    return queue


def main(arguments: list[str]) -> int:
    wait = True
    if len(arguments) == 4 and arguments[0] == "--try":
        wait = False
        arguments = arguments[1:]
    if len(arguments) != 3:
        print("usage: submit [--try] QUEUE PRIORITY TEXT", file=sys.stderr)
        return 2
    name, priority, text = arguments
    if not (priority.isascii() and priority.isdigit()) or "\n" in text:
        print("submit: PRIORITY is a decimal number, and TEXT is one line", file=sys.stderr)
        return 2
    message = os.fsencode(text) + b"\0"  # the limit is one of bytes, not of characters
    if len(message) > JOB_SIZE:
        print(f"submit: TEXT is longer than {JOB_SIZE - 1} bytes", file=sys.stderr)
        return 1

    try:
        queue = open_jobs(name)
        # With block set to False the kernel answers "full" at once. Asking for queue.current_messages first
        # would be no use: it may change before we send.
        queue.block = wait
        # The kernel keeps the queue sorted: highest priority first, and the oldest first among equals.
        queue.send(message, priority=int(priority))
    except posix_ipc.BusyError:
        return 3
    except (posix_ipc.Error, OSError, ValueError, OverflowError) as error:
        print(f"submit: {error}", file=sys.stderr)
        return 1
    # The queue stays: it lives in the kernel, not in a process, until somebody unlinks it.
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
