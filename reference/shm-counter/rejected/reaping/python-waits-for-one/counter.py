# Wrong: the parent waits for one worker only.
import mmap
import os
import struct
import sys

import posix_ipc

if len(sys.argv) != 4 or not (sys.argv[2].isdigit() and sys.argv[3].isdigit()):
    print("usage: counter NAME WORKERS ITERATIONS", file=sys.stderr)
    sys.exit(2)
name, workers, iterations = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
try:
    segment = posix_ipc.SharedMemory(name, posix_ipc.O_CREX, mode=0o600, size=8)
except posix_ipc.ExistentialError as error:
    sys.exit(f"counter: {error}")
try:
    lock = posix_ipc.Semaphore(name, posix_ipc.O_CREX, mode=0o600, initial_value=1)
except posix_ipc.ExistentialError as error:
    segment.unlink()
    sys.exit(f"counter: {error}")
memory = mmap.mmap(segment.fd, 8)

for _ in range(workers):
    if os.fork() == 0:
        for _ in range(iterations):
            lock.acquire()
            (value,) = struct.unpack("l", memory[:8])
            memory[:8] = struct.pack("l", value + 1)
            lock.release()
        os._exit(0)
if workers:
    os.wait()

print(struct.unpack("l", memory[:8])[0], flush=True)
lock.unlink()
segment.unlink()
