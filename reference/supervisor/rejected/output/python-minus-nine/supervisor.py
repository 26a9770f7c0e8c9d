# Wrong: a death by signal 9 is told as -9, as subprocess does it, and not as 137.
import os
import signal
import sys

AWAITED = {signal.SIGCHLD, signal.SIGTERM}


def start(command, mask):
    pid = os.fork()
    if pid == 0:
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            os.execvp(command[0], command)
        finally:
            os._exit(127)
    return pid


def stop(workers):
    for pid in workers:
        os.kill(pid, signal.SIGTERM)
    for pid in workers:
        os.waitpid(pid, 0)


def ended(workers):
    while workers:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        workers.remove(pid)
        code = os.waitstatus_to_exitcode(status)
        yield code


def main(count, limit, *command):
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
    workers = set()
    for _ in range(int(count)):
        pid = start(command, mask)
        workers.add(pid)
        print(f"start {pid}", flush=True)
    left = int(limit)
    while workers:
        if signal.sigwait(AWAITED) == signal.SIGTERM:
            stop(workers)
            return 0
        for status in ended(workers):
            if status == 0:
                continue
            if left == 0:
                stop(workers)
                return 1
            left -= 1
            pid = start(command, mask)
            workers.add(pid)
            print(f"restart {pid} after {status}", flush=True)
    return 0


if len(sys.argv) < 4 or not (sys.argv[1].isdigit() and sys.argv[2].isdigit()):
    print("usage: supervisor WORKERS LIMIT CMD [ARG...]", file=sys.stderr)
    sys.exit(2)
sys.exit(main(*sys.argv[1:]))
