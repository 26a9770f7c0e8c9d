"""usage: ledger FILE add NAME AMOUNT, or ledger FILE show

FILE is a table of 64 records of 32 bytes: a name of 24 bytes, and a sum.
"""

import re
import struct
import sys

RECORD = struct.Struct("<24sq")  # a name with NULs at its end (is there always one?), and a number of 64 bits


def add(file: str, name: str, amount: int) -> int:
    # Step 1: is the name short enough? (Bytes, not characters.)

    # Step 2: open the file, and make it if it is not there. Then lock all of it with fcntl (fcntl.lockf), so that nobody
    #         else is here at the same time. What may you look at before you have the lock?

    # Step 3: a new file has no bytes. How long must it be before it is mapped? (The module mmap.)

    # Step 4: find the record of this name, or a free one. What if there is neither?

    # Step 5: add, if the sum fits. In which order do you store a new record: what is there if you are killed?

    # Step 6: wait until the disk has it.

    print(f"ledger: not written yet ({file}: {name} {amount})", file=sys.stderr)
    return 1


def show(file: str) -> int:
    # Step 7: print what is in use. What if there is no file?

    print(f"ledger: not written yet ({file}, {RECORD.size} bytes a record)", file=sys.stderr)
    return 1


def main(arguments: list[str]) -> int:
    match arguments:
        case [file, "show"]:
            return show(file)
        case [file, "add", name, amount] if name and re.fullmatch(r"-?[0-9]+", amount):
            return add(file, name, int(amount))
    print("usage: ledger FILE add NAME AMOUNT\n       ledger FILE show", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
