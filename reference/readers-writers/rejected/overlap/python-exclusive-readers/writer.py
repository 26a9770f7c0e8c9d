import fcntl
import os
import sys

if len(sys.argv) != 3 or "\n" in sys.argv[2]:
    sys.exit(print("usage: writer FILE TEXT", file=sys.stderr) or 2)
try:
    file = os.fdopen(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT, 0o600), "w")
except OSError as error:
    sys.exit(f"writer: {error}")
fcntl.flock(file, fcntl.LOCK_EX)
print("writing", flush=True)
sys.stdin.readline()
file.truncate(0)
file.write(sys.argv[2] + "\n")
file.flush()
fcntl.flock(file, fcntl.LOCK_UN)
