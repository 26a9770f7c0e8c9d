# Wrong: the child keeps the write end of the pipe it reads from: end of file never comes.
import os
import struct
import sys


def strike(name, number, fd):
    sys.stdout.write(f"{name} {number}\n")
    sys.stdout.flush()
    os.write(fd, struct.pack("i", number))


def receive(fd):
    message = os.read(fd, 4)
    return struct.unpack("i", message)[0] if message else 0


def main():
    if len(sys.argv) != 2 or not (sys.argv[1].isascii() and sys.argv[1].isdigit()):
        sys.stderr.write("usage: pingpong ROUNDS\n")
        return 2
    down, up = os.pipe(), os.pipe()
    pid = os.fork()
    if not pid:
        os.close(up[0])
        while number := receive(down[0]):
            strike("child", number + 1, up[1])
        os._exit(0)
    os.close(down[0])
    os.close(up[1])
    number = 0
    for _ in range(int(sys.argv[1])):
        strike("parent", number + 1, down[1])
        number = receive(up[0])
    os.close(down[1])
    return os.waitstatus_to_exitcode(os.wait()[1])


sys.exit(main())
