# Accepted: a new file of a name that nobody else has, made by tempfile; pathlib does the rest.
import fcntl
import os
import pathlib
import sys
import tempfile

if len(sys.argv) != 3 or "\n" in sys.argv[2]:
    print("usage: post FILE TEXT", file=sys.stderr)
    sys.exit(2)

box = pathlib.Path(sys.argv[1])
lock = os.open(f"{box}.lock", os.O_CREAT | os.O_RDONLY, 0o600)
fcntl.flock(lock, fcntl.LOCK_EX)
with tempfile.NamedTemporaryFile(dir=box.parent, prefix=box.name, delete=False) as new:
    if box.exists():
        new.write(box.read_bytes())
    new.write(os.fsencode(sys.argv[2]) + b"\n")
    new.flush()
    os.fsync(new)
os.replace(new.name, box)
