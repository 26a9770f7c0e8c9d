# Accepted: the rest is copied by shutil into a new file of a name that nobody else has.
import fcntl
import os
import pathlib
import shutil
import sys
import tempfile

if len(sys.argv) != 2:
    print("usage: fetch FILE", file=sys.stderr)
    sys.exit(2)

box = pathlib.Path(sys.argv[1])
lock = os.open(f"{box}.lock", os.O_CREAT | os.O_RDONLY, 0o600)
fcntl.flock(lock, fcntl.LOCK_EX)
if not box.exists() or box.stat().st_size == 0:
    sys.exit(3)
with box.open("rb") as old, tempfile.NamedTemporaryFile(dir=box.parent, prefix=box.name, delete=False) as new:
    message = old.readline()
    shutil.copyfileobj(old, new)
    new.flush()
    os.fsync(new)
pathlib.Path(new.name).rename(box)
os.close(lock)
sys.stdout.write(os.fsdecode(message))
