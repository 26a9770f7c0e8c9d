"""No part of a solution. registrar KEY - a clerk who does what he is told

He takes requests and prints each as `ID TEXT`. A line `ID TEXT` on his standard input is sent as an answer; at its end he
removes the queue. A request that is no `long` and 200 bytes he calls `wrong size`.
"""

import struct
import sys
import threading

import sysv_ipc

REQUEST = struct.Struct("@l200s")


def register(queue: sysv_ipc.MessageQueue) -> None:
    try:
        while True:
            message, _ = queue.receive(type=1)
            if len(message) == REQUEST.size:
                customer, text = REQUEST.unpack(message)
                print(customer, text.partition(b"\0")[0].decode(), flush=True)
            else:
                print("wrong size", flush=True)
    except sysv_ipc.Error:
        return  # the queue is removed


def main(key: str) -> None:
    queue = sysv_ipc.MessageQueue(int(key), sysv_ipc.IPC_CREX, mode=0o600)
    worker = threading.Thread(target=register, args=(queue,))
    worker.start()
    for line in sys.stdin:
        customer, text = line.rstrip("\n").split(" ", 1)
        queue.send(text.encode().ljust(200, b"\0"), type=int(customer))
    queue.remove()
    worker.join()


main(*sys.argv[1:])
