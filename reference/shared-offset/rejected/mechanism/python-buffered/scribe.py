# Wrong: writes to a file object, which gathers the lines and writes them all at once.
import os
import sys

if len(sys.argv) != 4 or not all(word.isdecimal() for word in sys.argv[2:]):
    sys.exit(print("usage: scribe FILE CHILDREN LINES", file=sys.stderr) or 2)
path, children, lines = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
try:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
except OSError as error:
    sys.exit(f"scribe: {error}")
for child in range(1, children + 1):
    if os.fork() == 0:
        file = os.fdopen(fd, "w")
        for i in range(1, lines + 1):
            file.write(f"child {child} line {i}\n")
        file.flush()
        os._exit(0)
for _ in range(children):
    os.wait()
os.lseek(fd, 0, os.SEEK_SET)
while data := os.read(fd, 1024):
    os.write(1, data)
