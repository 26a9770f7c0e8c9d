"""Accepted: the child is a program of its own that inherits its two ends; an array holds the number."""

import array
import os
import subprocess
import sys


def pass_on(name, number, fd):
    sys.stdout.write(f"{name} {number}\n")
    sys.stdout.flush()
    os.write(fd, array.array("i", [number]))


def wait_for(fd):
    message = array.array("i", os.read(fd, 4))
    return message[0] if message else 0


def child(source, target):
    while number := wait_for(source):
        pass_on("child", number + 1, target)


def main(rounds):
    (source, down), (up, target) = os.pipe(), os.pipe()
    command = [sys.executable, __file__, "child", str(source), str(target)]
    process = subprocess.Popen(command, pass_fds=(source, target))
    os.close(source)
    os.close(target)
    for number in range(1, 2 * rounds, 2):
        pass_on("parent", number, down)
        if wait_for(up) != number + 1:
            return 1
    os.close(down)
    return process.wait()


match sys.argv[1:]:
    case [text] if text.isascii() and text.isdecimal():
        sys.exit(main(int(text)))
    case ["child", source, target]:
        child(int(source), int(target))
    case _:
        sys.stderr.write("usage: pingpong ROUNDS\n")
        sys.exit(2)
