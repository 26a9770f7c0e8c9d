# Wrong: takes one child for each SIGCHLD, but several ends may be one signal.
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
    while children:
        signal.sigwait([signal.SIGCHLD])
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid:
            print(f"child {children.pop(pid)} status {os.WEXITSTATUS(status)}", flush=True)
    print(f"reaped {count}", flush=True)


if len(sys.argv) != 2 or not (sys.argv[1].isascii() and sys.argv[1].isdigit()):
    print("usage: spawn COUNT", file=sys.stderr)
    sys.exit(2)
main(sys.argv[1])
