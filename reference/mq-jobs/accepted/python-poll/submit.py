# Accepted: the queue never blocks; waiting is done in poll, which on Linux takes a queue's descriptor.
import argparse
import select
import sys

import posix_ipc




def natural(text):
    if not text or text.strip("0123456789"):
        raise argparse.ArgumentTypeError("not a decimal number")
    return int(text)


def line(text):
    if "\n" in text:
        raise argparse.ArgumentTypeError("more than one line")
    return text.encode("utf-8", "surrogateescape")


parser = argparse.ArgumentParser(prog="submit")
parser.add_argument("--try", dest="wait", action="store_false")
parser.add_argument("queue")
parser.add_argument("priority", type=natural)
parser.add_argument("text", type=line)
args = parser.parse_args()
if len(args.text) > 255:
    sys.exit("submit: TEXT has more than 255 bytes")

queue = posix_ipc.MessageQueue(args.queue, posix_ipc.O_CREAT, 0o600, 10, 256)
queue.block = False
room = select.poll()
room.register(queue.mqd, select.POLLOUT)
while True:
    try:
        queue.send(args.text, priority=args.priority)
        sys.exit(0)
    except posix_ipc.BusyError:
        if not args.wait:
            sys.exit(3)
        room.poll()
