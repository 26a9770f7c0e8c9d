# Right; what is wrong here is worker.py.
import os
import sys

import posix_ipc

words = sys.argv[1:]
attempt = len(words) == 4 and words[0] == "--try"
if attempt:
    del words[0]
if len(words) != 3 or not words[1].isdigit() or "\n" in words[2]:
    print("usage: submit [--try] QUEUE PRIORITY TEXT", file=sys.stderr)
    sys.exit(2)
text = os.fsencode(words[2])
if len(text) > 255:
    sys.exit("submit: TEXT is too long")
queue = posix_ipc.MessageQueue(words[0], posix_ipc.O_CREAT, mode=0o600, max_messages=10, max_message_size=256)
try:
    queue.send(text, timeout=0 if attempt else None, priority=int(words[1]))
except posix_ipc.BusyError:
    sys.exit(3)
