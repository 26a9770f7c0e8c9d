# Wrong: a worker that has taken the last job removes the queue.
import os
import sys

import posix_ipc

if len(sys.argv) != 3 or not (sys.argv[1] == "--drain" or sys.argv[2].isdigit()):
    print("usage: worker QUEUE COUNT, or worker --drain QUEUE", file=sys.stderr)
    sys.exit(2)
drain = sys.argv[1] == "--drain"
name = sys.argv[2] if drain else sys.argv[1]
queue = posix_ipc.MessageQueue(name, posix_ipc.O_CREAT, mode=0o600, max_messages=10, max_message_size=256)
left = 0 if drain else int(sys.argv[2])
while drain or left > 0:
    try:
        text, priority = queue.receive(timeout=0 if drain else None)
    except posix_ipc.BusyError:
        break
    os.write(1, b"%d %s\n" % (priority, text.rstrip(b"\0")))
    left -= 1
if drain or queue.current_messages == 0:
    queue.unlink()
