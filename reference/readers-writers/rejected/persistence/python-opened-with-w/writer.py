# Wrong: open(path, "w") empties the file before the lock is there.
import fcntl
import os
import sys

if len(sys.argv) != 3 or "\n" in sys.argv[2]:
    sys.exit(print("usage: writer FILE TEXT", file=sys.stderr) or 2)
try:
    file = open(sys.argv[1], "w", opener=lambda path, flags: os.open(path, flags, 0o600))
except OSError as error:
    sys.exit(f"writer: {error}")
fcntl.flock(file, fcntl.LOCK_EX)
print("writing", flush=True)
sys.stdin.readline()
file.write(sys.argv[2] + "\n")
file.flush()
fcntl.flock(file, fcntl.LOCK_UN)
