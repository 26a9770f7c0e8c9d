# Accepted: mode "a+" makes a missing file and leaves the content alone; the position is set before reading.
import argparse
import fcntl
import os
import sys

parser = argparse.ArgumentParser(prog="reader")
parser.add_argument("file")
arguments = parser.parse_args()  # wrong usage: exits 2

os.umask(0o077)
try:
    file = open(arguments.file, "a+", encoding="utf-8", errors="surrogateescape", newline="")
except OSError as error:
    sys.exit(f"reader: {error}")
fcntl.flock(file.fileno(), fcntl.LOCK_SH)
print("reading", flush=True)
try:
    input()
except EOFError:
    pass
file.seek(0)
sys.stdout.write(file.read())
sys.stdout.flush()
fcntl.flock(file.fileno(), fcntl.LOCK_UN)
