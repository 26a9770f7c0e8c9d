"""abc ROUNDS, with System V semaphores that are removed when all children have ended."""

import os
import sys

import sysv_ipc


def child(mine, next_one, letter, rounds):
    with os.fdopen(os.dup(1), "w") as out:
        for _ in range(rounds):
            mine.P()
            print(letter, file=out, flush=True)
            next_one.V()


def main():
    match sys.argv[1:]:
        case [text] if text and set(text) <= set("0123456789"):
            rounds = int(text)
        case _:
            sys.stderr.write(f"usage: {sys.argv[0]} ROUNDS\n")
            return 2

    ring = [sysv_ipc.Semaphore(sysv_ipc.IPC_PRIVATE, sysv_ipc.IPC_CREX, mode=0o600, initial_value=value) for value in (1, 0, 0)]
    try:
        pids = []
        for mine, next_one, letter in zip(ring, ring[1:] + ring[:1], "ABC"):
            pid = os.fork()
            if not pid:
                try:
                    child(mine, next_one, letter, rounds)
                except BaseException:
                    os._exit(1)
                os._exit(0)
            pids.append(pid)
        return max(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0 for pid in pids)
    finally:
        for semaphore in ring:
            semaphore.remove()


sys.exit(main())
