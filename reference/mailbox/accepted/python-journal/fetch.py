# Accepted: a journal that only grows; that a message was taken is one more line.
import sys

from journal import Journal

if len(sys.argv) != 2:
    print("usage: fetch FILE", file=sys.stderr)
    sys.exit(2)
with Journal(sys.argv[1]) as journal:
    if not journal.messages:
        sys.exit(3)
    journal.append(None)
    message = journal.messages[0]
print(message, flush=True)
