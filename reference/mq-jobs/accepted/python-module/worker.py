# Accepted: a class of its own module; --drain receives with a timeout of 0.
import sys

from jobqueue import JobQueue, number, usage


def show(job):
    print(*job, flush=True)


if len(sys.argv) != 3:
    usage("worker QUEUE COUNT, or worker --drain QUEUE")
sys.stdout.reconfigure(errors="surrogateescape", line_buffering=False)
if sys.argv[1] == "--drain":
    queue = JobQueue(sys.argv[2])
    queue.unlink()
    for job in queue:
        show(job)
else:
    left = number(sys.argv[2])
    queue = JobQueue(sys.argv[1])
    while left > 0:
        show(queue.take())
        left -= 1
