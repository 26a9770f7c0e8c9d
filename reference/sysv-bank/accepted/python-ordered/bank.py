"""Accepted: processes by multiprocessing; the lower account first; the segment is read and written with struct."""

import argparse
import multiprocessing
import re
import struct
import sys

import sysv_ipc
from semset import IPC_CREAT, IPC_EXCL, SEM_UNDO, Operation, SemaphoreSet

LONG = struct.Struct("@l")


def natural(text):
    if not re.fullmatch("[0-9]+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a count")
    return int(text)


class Account:
    def __init__(self, segment, semaphores, number):
        self.segment = segment
        self.semaphores = semaphores
        self.number = number

    def __enter__(self):
        self.semaphores.semop(Operation(self.number, -1, SEM_UNDO))
        return self

    def __exit__(self, *_):
        self.semaphores.semop(Operation(self.number, 1, SEM_UNDO))

    @property
    def balance(self):
        (value,) = LONG.unpack(self.segment.read(LONG.size, self.number * LONG.size))
        return value

    @balance.setter
    def balance(self, value):
        self.segment.write(LONG.pack(value), self.number * LONG.size)


def work(accounts, teller, transfers):
    for i in range(transfers):
        a = (teller + i) % len(accounts)
        b = (a + 1 + i % (len(accounts) - 1)) % len(accounts)
        with accounts[min(a, b)], accounts[max(a, b)]:
            accounts[a].balance -= 1
            accounts[b].balance += 1


def run(accounts, args):
    context = multiprocessing.get_context("fork")
    transfers = args.transfers if len(accounts) > 1 else 0
    tellers = [context.Process(target=work, args=(accounts, t, transfers)) for t in range(args.tellers)]
    for teller in tellers:
        teller.start()
    for teller in tellers:
        teller.join()
    if any(teller.exitcode for teller in tellers):
        sys.exit("bank: a teller failed")


def report(accounts):
    for account in accounts:
        print(account.balance, flush=True)
    print(f"total {sum(account.balance for account in accounts)}", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="bank")
    for name in ("key", "accounts", "tellers", "transfers"):
        parser.add_argument(name, type=natural)
    args = parser.parse_args()  # wrong usage: exits 2
    if args.accounts == 0:
        return report([])

    try:
        semaphores = SemaphoreSet(args.key, args.accounts, IPC_CREAT | IPC_EXCL | 0o600)
    except OSError as error:
        sys.exit(f"bank: {error}")
    try:
        segment = sysv_ipc.SharedMemory(
            args.key, sysv_ipc.IPC_CREX, mode=0o600, size=args.accounts * LONG.size
        )
        try:
            accounts = [Account(segment, semaphores, number) for number in range(args.accounts)]
            for account in accounts:
                account.balance = 100
                semaphores.setval(account.number, 1)
            run(accounts, args)
            report(accounts)
        finally:
            segment.remove()
    except sysv_ipc.ExistentialError as error:
        sys.exit(f"bank: {error}")
    finally:
        semaphores.remove()


if __name__ == "__main__":
    main()
