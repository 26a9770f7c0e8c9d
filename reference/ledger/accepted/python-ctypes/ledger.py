# Accepted: the mapping as an array of ctypes structures; fcntl with a struct flock of its own.
import ctypes
import fcntl
import mmap
import os
import sys


class Record(ctypes.LittleEndianStructure):
    _fields_ = [("name", ctypes.c_char * 24), ("amount", ctypes.c_int64)]


Table = Record * 64


class Flock(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_short),
        ("whence", ctypes.c_short),
        ("start", ctypes.c_long),
        ("len", ctypes.c_long),
        ("pid", ctypes.c_int),
    ]


def lock(fd, kind):
    fcntl.fcntl(fd, fcntl.F_SETLKW, bytes(Flock(kind, os.SEEK_SET, 0, 0, 0)))


def add(path, name, amount):
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    lock(fd, fcntl.F_WRLCK)
    os.posix_fallocate(fd, 0, ctypes.sizeof(Table))
    memory = mmap.mmap(fd, ctypes.sizeof(Table), mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
    table = Table.from_buffer(memory)
    found = [record for record in table if record.name == name] or [record for record in table if not record.name]
    if not found:
        raise SystemExit("ledger: it is full")
    record = found[0]
    total = amount + (record.amount if record.name else 0)
    if total.bit_length() > 63 and total != -(2**63):
        raise SystemExit("ledger: too much")
    record.amount = total
    record.name = name
    memory.flush()


def show(path):
    if os.access(path, os.F_OK):
        with open(path, "r+b") as book:
            lock(book.fileno(), fcntl.F_RDLCK)
            if os.fstat(book.fileno()).st_size:
                table = Table.from_buffer(mmap.mmap(book.fileno(), 0))
                for record in table:
                    if record.name:
                        sys.stdout.buffer.write(record.name + f" {record.amount}\n".encode())


def main(path=None, command=None, *words):
    if command == "show" and not words:
        return show(path)
    if command == "add" and len(words) == 2 and words[0] and words[1].removeprefix("-").isdecimal():
        name, amount = os.fsencode(words[0]), int(words[1])
        if len(name) > 24 or abs(amount) > 2**63:
            return "ledger: too long, or too much"
        return add(path, name, amount)
    print("usage: ledger FILE add NAME AMOUNT\n       ledger FILE show", file=sys.stderr)
    return 2


sys.exit(main(*sys.argv[1:]))
