# Accepted: a class; each record is unpacked and packed as a whole; the file is extended by writing; a child does the
# work, which its parent waits for.
import fcntl
import mmap
import os
import struct
import sys
from contextlib import contextmanager


class Ledger:
    form = struct.Struct("<24s q")

    def __init__(self, fd):
        self.memory = mmap.mmap(fd, 2048)

    def __getitem__(self, index):
        name, amount = self.form.unpack_from(self.memory, 32 * index)
        return name, amount

    def __setitem__(self, index, record):
        self.memory[32 * index : 32 * index + 32] = self.form.pack(*record)

    def place(self, name):
        records = [self[index] for index in range(64)]
        for index, (other, _) in enumerate(records):
            if other == name:
                return index
        return next(index for index, (other, _) in enumerate(records) if other == bytes(24))


@contextmanager
def opened(path, flags=0):
    fd = os.open(path, os.O_RDWR | flags, 0o600)
    fcntl.lockf(fd, fcntl.LOCK_EX, 0, 0, os.SEEK_SET)
    if (size := os.lseek(fd, 0, os.SEEK_END)) < 2048:
        os.write(fd, bytes(2048 - size))
    yield Ledger(fd)
    os.fsync(fd)
    os.close(fd)


def add(path, name, amount):
    padded = os.fsencode(name).ljust(24, b"\0")
    with opened(path, os.O_CREAT) as ledger:
        index = ledger.place(padded)
        old = ledger[index]
        ledger[index] = padded, amount + (old[1] if old[0] == padded else 0)


def show(path):
    if os.path.exists(path):
        with opened(path) as ledger:
            for index in range(64):
                name, amount = ledger[index]
                if name != bytes(24):
                    print(name.rstrip(b"\0").decode(errors="surrogateescape"), amount)


def work(words):
    try:
        if words[1] == "show":
            show(words[0])
        elif len(os.fsencode(words[2])) > 24:
            return 1
        else:
            add(words[0], words[2], int(words[3]))
    except (OSError, struct.error, StopIteration, ValueError) as error:
        print(f"ledger: {error!r}", file=sys.stderr)
        return 1
    sys.stdout.flush()
    return 0


words = sys.argv[1:]
signed = len(words) == 4 and words[3][words[3].startswith("-") :]
if not (len(words) == 2 and words[1] == "show" or signed and signed.isdigit() and words[1] == "add" and words[2]):
    print("usage: ledger FILE add NAME AMOUNT, ledger FILE show", file=sys.stderr)
    sys.exit(2)
child = os.fork()
if child == 0:
    os._exit(work(words))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
