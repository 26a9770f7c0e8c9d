# Wrong: the semaphores are removed by nobody.
import os
import sys

import sysv_ipc


def eat(name, forks, meals):
    left, right = forks[name], forks[(name + 1) % len(forks)]
    if name == len(forks) - 1:
        left, right = right, left
    with os.fdopen(os.dup(1), "w") as out:
        for meal in range(meals):
            left.P()
            if right is not left:
                right.P()
            print(name, "eats", meal + 1, file=out, flush=True)
            if right is not left:
                right.V()
            left.V()


def main():
    match sys.argv[1:]:
        case [*texts] if len(texts) == 2 and all(text and set(text) <= set("0123456789") for text in texts):
            n, meals = map(int, texts)
        case _:
            sys.stderr.write(f"usage: {sys.argv[0]} N MEALS\n")
            return 2

    forks = []
    try:
        for _ in range(n):
            forks.append(sysv_ipc.Semaphore(sysv_ipc.IPC_PRIVATE, sysv_ipc.IPC_CREX, mode=0o600, initial_value=1))
        pids = []
        for name in range(n):
            pid = os.fork()
            if not pid:
                try:
                    eat(name, forks, meals)
                except BaseException:
                    os._exit(1)
                os._exit(0)
            pids.append(pid)
        return int(any([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]))
    except OSError:
        return 1


sys.exit(main())
