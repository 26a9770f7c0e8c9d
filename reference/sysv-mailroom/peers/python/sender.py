"""No part of a solution. sender KEY ID [TEXT] - a customer who is not patient, or very much so

With TEXT he sends a request and does not wait for the answer. Without he waits for an answer he has not asked for, prints
it, or `closed` if the queue is removed.
"""

import struct
import sys

import sysv_ipc


def main(key: str, customer: str, *text: str) -> None:
    queue = sysv_ipc.MessageQueue(int(key))
    if text:
        queue.send(struct.pack("@l200s", int(customer), text[0].encode()), type=1)
        return
    try:
        message, _ = queue.receive(type=int(customer))
        print(message.partition(b"\0")[0].decode(), flush=True)
    except sysv_ipc.Error:
        print("closed", flush=True)


main(*sys.argv[1:])
