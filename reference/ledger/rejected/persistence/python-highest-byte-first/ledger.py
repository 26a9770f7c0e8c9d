# Wrong: amounts are stored with their highest byte first.
import fcntl
import mmap
import os
import struct
import sys

RECORD = struct.Struct(">24sq")
SIZE = 64 * RECORD.size


def records(memory):
    return [(name.rstrip(b"\0"), amount) for name, amount in RECORD.iter_unpack(memory[:])]


def add(path, name, amount):
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.lockf(fd, fcntl.LOCK_EX)
    if os.fstat(fd).st_size == 0:
        os.ftruncate(fd, SIZE)
    memory = mmap.mmap(fd, SIZE)
    table = records(memory)
    names = [name for name, _ in table]
    if name not in names and b"" not in names:
        sys.exit("ledger: full")
    index = names.index(name) if name in names else names.index(b"")
    total = table[index][1] + amount
    if not -(2**63) <= total < 2**63:
        sys.exit("ledger: overflow")
    RECORD.pack_into(memory, index * RECORD.size, name, total)
    memory.flush()
    fcntl.lockf(fd, fcntl.LOCK_UN)


def show(path):
    if not os.path.exists(path):
        return
    fd = os.open(path, os.O_RDONLY)
    fcntl.lockf(fd, fcntl.LOCK_SH)
    memory = mmap.mmap(fd, SIZE, prot=mmap.PROT_READ)
    for name, amount in records(memory):
        if name:
            print(os.fsdecode(name), amount, flush=True)


def usage():
    print("usage: ledger FILE add NAME AMOUNT, or ledger FILE show", file=sys.stderr)
    sys.exit(2)


args = sys.argv[1:]
if len(args) == 2 and args[1] == "show":
    show(args[0])
elif len(args) == 4 and args[1] == "add" and args[2]:
    try:
        value = int(args[3])
    except ValueError:
        usage()
    if len(os.fsencode(args[2])) > 24:
        sys.exit("ledger: the name is too long")
    add(args[0], os.fsencode(args[2]), value)
else:
    usage()
