import argparse
import errno
import os
import sys

import queues


def one_line(text):
    if "\n" in text:
        raise ValueError("more than one line")
    return os.fsencode(text)


def customer_id(text):
    if int(text) < 2:
        raise ValueError("1 is for requests")
    return int(text)


parser = argparse.ArgumentParser()
parser.add_argument("--try", action="store_true", dest="look")
parser.add_argument("key", type=int)
parser.add_argument("id", type=customer_id)
parser.add_argument("text", type=one_line, nargs="?")
options = parser.parse_args()
if options.look != (options.text is None):
    parser.error("either --try or TEXT")

try:
    if options.text and len(options.text) > 200:
        raise OverflowError("TEXT is too long")
    queue = queues.get(options.key)
    if not options.look:
        queues.send(queue, queues.Request(type=1, id=options.id, text=options.text))
    answer = queues.receive(queue, queues.Answer(), options.id, queues.IPC_NOWAIT if options.look else 0)
    print(os.fsdecode(answer.text), flush=True)
except (OSError, OverflowError) as error:
    print("customer:", error, file=sys.stderr)
    sys.exit(3 if isinstance(error, OSError) and error.errno == errno.ENOMSG else 1)
