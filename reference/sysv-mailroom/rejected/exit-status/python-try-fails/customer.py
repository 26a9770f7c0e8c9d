# Wrong: --try ends with 1 when there is no answer.
import struct
import sys

from sysv_ipc import Error, MessageQueue


def usage():
    print("usage: customer KEY ID TEXT or customer --try KEY ID", file=sys.stderr)
    return 2


def receive(queue, number, block):
    message, _ = queue.receive(block, number)
    print(message.rstrip(b"\0").decode(), flush=True)
    return 0


def main(arguments):
    if len(arguments) != 3:
        return usage()
    waiting = arguments[0] != "--try"
    key, number, text = arguments if waiting else [*arguments[1:], ""]
    try:
        key, number = int(key), int(number)
    except ValueError:
        return usage()
    if number < 2 or "\n" in text:
        return usage()
    data = text.encode()
    if len(data) > 200:
        print("customer: text too long", file=sys.stderr)
        return 1
    try:
        queue = MessageQueue(key)
        if waiting:
            queue.send(struct.pack("l200s", number, data), type=1)
        return receive(queue, number, waiting)
    except Error as error:
        print("customer:", error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
