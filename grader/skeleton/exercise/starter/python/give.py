"""give FIFO TEXT - leave a line in a FIFO. Something is missing: read the handout."""

import sys

if len(sys.argv) != 3:
    print("usage: give FIFO TEXT", file=sys.stderr)
    sys.exit(2)
print(f'I would like to write "{sys.argv[2]}" into {sys.argv[1]}')
