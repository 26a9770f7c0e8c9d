"""worker QUEUE COUNT    - take COUNT jobs from the queue and print them, asleep while there is none
worker --drain QUEUE  - print all jobs that are there, and remove the queue
"""

import sys

import posix_ipc

JOBS_MAX = 10
JOB_SIZE = 256


def do_job(queue: posix_ipc.MessageQueue) -> None:
    """Take the next job and print it: the oldest one of the highest priority, the kernel sees to that."""
    message, priority = queue.receive()
    text = message.partition(b"\0")[0]  # with or without a NUL at the end
    # One write for the whole line, and at once: somebody may be waiting for it. TEXT is bytes, so is this.
    sys.stdout.buffer.write(b"%d %s\n" % (priority, text))
    sys.stdout.buffer.flush()


def work(name: str, count: int) -> int:
    queue = posix_ipc.MessageQueue(
        name, posix_ipc.O_CREAT, mode=0o600, max_messages=JOBS_MAX, max_message_size=JOB_SIZE, write=False
    )
    if (queue.max_messages, queue.max_message_size) != (JOBS_MAX, JOB_SIZE):
        raise ValueError(f"{name} is no queue of {JOBS_MAX} messages of {JOB_SIZE} bytes")
    for _ in range(count):
        do_job(queue)
    return 0


def drain(name: str) -> int:
    try:
        queue = posix_ipc.MessageQueue(name, write=False)
        # The name goes first, then the jobs. The other way round, a job that is sent between our last look
        # and the unlinking would vanish with the queue; like this, it goes to a new queue of this name.
        queue.unlink()
    except posix_ipc.ExistentialError:
        return 0  # no queue: as good as an empty one
    queue.block = False
    try:
        while True:
            do_job(queue)
    except posix_ipc.BusyError:
        return 0  # empty


def main(arguments: list[str]) -> int:
    try:
        if len(arguments) == 2 and arguments[0] == "--drain":
            return drain(arguments[1])
        if len(arguments) == 2 and arguments[1].isascii() and arguments[1].isdigit():
            return work(arguments[0], int(arguments[1]))
    except (posix_ipc.Error, OSError, ValueError) as error:
        print(f"worker: {error}", file=sys.stderr)
        return 1
    print("usage: worker QUEUE COUNT\n       worker --drain QUEUE", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
