"""ledger FILE add NAME AMOUNT, or ledger FILE show

FILE is a table of 64 records, and the program uses it as if it were memory: it is mapped, so a store into the
mapping is a change of the file, and all who have mapped it see the change at once.

Looking for a name and then adding to what was found is one act only because nobody else may come in between:
everything lies under one exclusive ``fcntl`` lock of the whole file. It is taken before the first look, for even
"the file is new and has no size yet" is something two programs could find at the same time.

The kernel frees the lock when the process ends, even if it is killed. What it has stored by then stays as it is,
so the stores have an order: see ``Table.put``.
"""

import fcntl
import mmap
import os
import re
import struct
import sys

RECORD = struct.Struct("<24sq")  # the format of a record, to the byte: a name with NULs at its end, and an amount
RECORDS = 64
SIZE = RECORDS * RECORD.size
NAME_SIZE = 24
AMOUNT = re.compile(r"-?[0-9]+", re.ASCII)


class Table:
    """The mapped file."""

    def __init__(self, memory: mmap.mmap) -> None:
        self.memory = memory

    def get(self, index: int) -> tuple[bytes, int]:
        """Return name and amount of a record; it is free if its name is empty."""
        name, amount = RECORD.unpack_from(self.memory, index * RECORD.size)
        return name.rstrip(b"\0"), amount

    def set_amount(self, index: int, amount: int) -> None:
        """Store an amount. It is one store of 8 bytes: whoever is killed has made all of it or nothing."""
        with memoryview(self.memory) as view, view.cast("q") as numbers:
            little = struct.unpack("=q", struct.pack("<q", amount))[0]
            numbers[(index * RECORD.size + NAME_SIZE) // 8] = little

    def put(self, index: int, name: bytes, amount: int) -> None:
        """Make a new record.

        Killed between two stores, we leave what is stored so far. The first byte of the name says that the record is
        in use, so it comes last: until then the record is free, from then on it is complete.
        """
        at = index * RECORD.size
        self.set_amount(index, amount)
        self.memory[at + 1 : at + NAME_SIZE] = name[1:].ljust(NAME_SIZE - 1, b"\0")
        self.memory[at] = name[0]


def add(file: str, name: bytes, amount: int) -> None:
    """Find or make the record of this name, and add to it."""
    with open(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as ledger:
        fcntl.lockf(ledger, fcntl.LOCK_EX)  # the whole file, by fcntl; closing the file gives it back
        # A new file has no bytes, and what has no bytes cannot be mapped. The new ones are 0: free records. Under the
        # lock, or we might cut off what another one has just made.
        if os.fstat(ledger.fileno()).st_size < SIZE:
            os.ftruncate(ledger.fileno(), SIZE)
        # Closing a Python mmap, or deleting it, would close its own descriptor of the file, and closing any of them
        # gives an fcntl lock back: so all is done when this block ends.
        with mmap.mmap(ledger.fileno(), SIZE) as memory:  # MAP_SHARED is the default
            table = Table(memory)
            names = [table.get(index)[0] for index in range(RECORDS)]
            if name in names:
                index = names.index(name)
                total = table.get(index)[1] + amount
                if not -(2**63) <= total < 2**63:
                    raise ValueError("the sum does not fit into 64 bits")
                table.set_amount(index, total)
            elif b"" in names:
                table.put(names.index(b""), name, amount)
            else:
                raise ValueError("all 64 records are taken")
            memory.flush()  # msync: all programs see it already; this waits until the disk has it as well


def show(file: str) -> None:
    """Print the records in use."""
    try:
        with open(file, "rb") as ledger:
            fcntl.lockf(ledger, fcntl.LOCK_SH)
            if os.fstat(ledger.fileno()).st_size < SIZE:
                return  # just made, by somebody who did not come to give it its size
            with mmap.mmap(ledger.fileno(), SIZE, prot=mmap.PROT_READ) as memory:
                table = Table(memory)
                records = [table.get(index) for index in range(RECORDS)]
    except FileNotFoundError:
        return
    for name, amount in records:
        if name:
            sys.stdout.buffer.write(b"%s %d\n" % (name, amount))
            sys.stdout.buffer.flush()


def main(arguments: list[str]) -> int:
    try:
        match arguments:
            case [file, "show"]:
                show(file)
            case [file, "add", name, amount] if name and AMOUNT.fullmatch(amount):
                if len(os.fsencode(name)) > NAME_SIZE:
                    raise ValueError("a name has 24 bytes at most")
                if not -(2**63) <= int(amount) < 2**63:
                    raise ValueError("the amount does not fit into 64 bits")
                add(file, os.fsencode(name), int(amount))
            case _:
                print("usage: ledger FILE add NAME AMOUNT\n       ledger FILE show", file=sys.stderr)
                return 2
    except (OSError, ValueError) as error:
        print(f"ledger: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
