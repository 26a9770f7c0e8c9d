"""give FIFO TEXT, with pathlib and an unbuffered file."""

import os
import pathlib
import sys

try:
    name, text = sys.argv[1:]
except ValueError:
    print("usage: give FIFO TEXT", file=sys.stderr)
    raise SystemExit(2) from None
with pathlib.Path(name).open("wb", buffering=0) as fifo:
    fifo.write(os.fsencode(text) + b"\n")
