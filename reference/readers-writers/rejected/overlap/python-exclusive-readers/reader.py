# Wrong: a reader takes the exclusive lock, so readers wait for each other.
import fcntl
import os
import sys

if len(sys.argv) != 2:
    sys.exit(print("usage: reader FILE", file=sys.stderr) or 2)
try:
    file = os.fdopen(os.open(sys.argv[1], os.O_RDONLY | os.O_CREAT, 0o600))
except OSError as error:
    sys.exit(f"reader: {error}")
fcntl.flock(file, fcntl.LOCK_EX)
print("reading", flush=True)
sys.stdin.readline()
print(file.read(), end="", flush=True)
fcntl.flock(file, fcntl.LOCK_UN)
