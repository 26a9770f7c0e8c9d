"""Accepted: the ends are unbuffered file objects, and numbers are turned into bytes by int.to_bytes."""

import argparse
import os


def count(text):
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rounds")
    return int(text)


def numbers(file):
    """All numbers that come, until end of file."""
    while message := file.read(4):
        yield int.from_bytes(message, "big")


def pipe():
    reading, writing = os.pipe()
    return os.fdopen(reading, "rb", buffering=0), os.fdopen(writing, "wb", buffering=0)


def strike(name, number, file):
    os.write(1, f"{name} {number}\n".encode())
    file.write(number.to_bytes(4, "big"))


parser = argparse.ArgumentParser(prog="pingpong")
parser.add_argument("rounds", type=count)
rounds = parser.parse_args().rounds

down_in, down_out = pipe()
up_in, up_out = pipe()
pid = os.fork()
if pid == 0:
    down_out.close()
    up_in.close()
    for number in numbers(down_in):
        strike("child", number + 1, up_out)
    os._exit(0)

down_in.close()
up_out.close()
answers = numbers(up_in)
number = 0
for _ in range(rounds):
    strike("parent", number + 1, down_out)
    number = next(answers)
down_out.close()
raise SystemExit(os.waitstatus_to_exitcode(os.wait()[1]))
