"""take FIFO: all of it at once, at the end."""

import pathlib
import sys

try:
    (name,) = sys.argv[1:]
except ValueError:
    print("usage: take FIFO", file=sys.stderr)
    raise SystemExit(2) from None
sys.stdout.buffer.write(pathlib.Path(name).read_bytes())
