# Wrong: without a length lockf locks all of the file.
import fcntl
import os
import sys

if len(sys.argv) != 4 or not sys.argv[2].isdecimal() or int(sys.argv[2]) > 99 or not sys.argv[3]:
    sys.exit(print("usage: seat FILE ROW NAME", file=sys.stderr) or 2)
path, row, name = sys.argv[1], int(sys.argv[2]), os.fsencode(sys.argv[3])
if len(name) > 16:
    sys.exit("seat: the name is too long")
try:
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
except OSError as error:
    sys.exit(f"seat: {error}")
os.ftruncate(fd, 1600)
fcntl.lockf(fd, fcntl.LOCK_EX)
print("holding", row, flush=True)
sys.stdin.readline()
record = os.pread(fd, 16, row * 16)
if record != bytes(16):
    print("taken by", record.rstrip(b"\0").decode(), flush=True)
    sys.exit(3)
os.pwrite(fd, name.ljust(16, b"\0"), row * 16)
print("reserved", flush=True)
