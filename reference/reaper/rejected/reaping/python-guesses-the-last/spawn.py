# Wrong: the last child's status is worked out instead of asked for, and nobody waits for it.
import os
import signal
import sys


def main(text):
    count = int(text)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    children = {}
    for i in range(count):
        pid = os.fork()
        if not pid:
            os._exit((i + 1) % 7)
        children[pid] = i + 1
    while len(children) > 1:
        signal.sigwait([signal.SIGCHLD])
        while len(children) > 1:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            print(f"child {children.pop(pid)} status {os.WEXITSTATUS(status)}", flush=True)
    for i in children.values():
        print(f"child {i} status {i % 7}", flush=True)
    print(f"reaped {count}", flush=True)


if len(sys.argv) != 2 or not (sys.argv[1].isascii() and sys.argv[1].isdigit()):
    print("usage: spawn COUNT", file=sys.stderr)
    sys.exit(2)
main(sys.argv[1])
