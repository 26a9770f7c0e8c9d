# Accepted: what is appended to a file that has been cut to nothing is all there is in it.
import argparse
import fcntl
import os
import sys


def line(text):
    if "\n" in text:
        raise argparse.ArgumentTypeError("TEXT is one line")
    return text


parser = argparse.ArgumentParser(prog="writer")
parser.add_argument("file")
parser.add_argument("text", type=line)
arguments = parser.parse_args()

os.umask(0o077)
try:
    file = open(arguments.file, "ab", buffering=0)
except OSError as error:
    sys.exit(f"writer: {error}")
fcntl.flock(file, fcntl.LOCK_EX)
print("writing", flush=True)
for _ in sys.stdin:
    break
file.truncate(0)
file.write(os.fsencode(arguments.text) + b"\n")
fcntl.flock(file, fcntl.LOCK_UN)
