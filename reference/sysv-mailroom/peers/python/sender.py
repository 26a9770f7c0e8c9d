"""No part of a solution. sender KEY ID [TEXT [PID]] - a customer who is not patient, or very much so

With TEXT he sends a request and does not wait for the answer. With a PID he does, and sends SIGTERM to that process as
soon as he has it. With neither he waits for an answer he has not asked for, prints it, or `closed` if the queue is removed.
"""

import os
import signal
import struct
import sys

import sysv_ipc


def receive(queue: sysv_ipc.MessageQueue, customer: int) -> str:
    try:
        message, _ = queue.receive(type=customer)
    except sysv_ipc.Error:
        return "closed"
    return message.partition(b"\0")[0].decode()


def main(key: str, customer: str, text: str = "", pid: str = "") -> None:
    queue = sysv_ipc.MessageQueue(int(key))
    if text:
        queue.send(struct.pack("@l200s", int(customer), text.encode()), type=1)
    if pid:
        receive(queue, int(customer))
        os.kill(int(pid), signal.SIGTERM)
    if not text:
        print(receive(queue, int(customer)), flush=True)


main(*sys.argv[1:])
