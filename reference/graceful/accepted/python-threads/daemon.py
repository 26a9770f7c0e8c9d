# Accepted: one thread takes signals with sigwait and puts them into a queue, the main thread answers; whether an owner
# lives is asked of a pidfd.
import fcntl
import os
import queue
import select
import signal
import sys
import threading

SIGNALS = [signal.SIGHUP, signal.SIGUSR1, signal.SIGCONT, signal.SIGTERM, signal.SIGINT]
END = [signal.SIGTERM, signal.SIGINT]


class Taken(Exception):
    pass


class PidFile:
    def __init__(self, name):
        self.directory, file = os.path.split(name + ".pid")
        self.path = os.path.join(self.directory, file)

    def owner(self):
        try:
            with open(self.path, encoding="ascii") as file:
                pid = int(file.read(20))
        except (OSError, ValueError):
            return None
        return pid if 0 < pid < 2**31 and pid != os.getpid() else None

    def __enter__(self):
        lock = os.open(self.directory or os.curdir, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        owner = self.owner()
        if owner is not None and lives(owner):
            raise Taken(f"process {owner} has {self.path}")
        if os.path.lexists(self.path):
            os.remove(self.path)
        with open(self.path, "x", opener=lambda path, flags: os.open(path, flags, mode=0o600)) as file:
            file.write(str(os.getpid()))
        os.close(lock)

    def __exit__(self, *_):
        os.remove(self.path)


def lives(pid):
    try:
        fd = os.pidfd_open(pid)
    except OSError:
        return False
    with os.fdopen(fd) as process:
        return not select.select([process], [], [], 0)[0]  # readable: it has ended


def take(into):
    while (number := signal.sigwait(SIGNALS)) not in END:
        into.put(number)
    while (info := signal.sigtimedwait(SIGNALS, 0)) is not None:
        into.put(info.si_signo)
    into.put(None)


def main():
    try:
        (name,) = sys.argv[1:]
    except ValueError:
        print("usage: daemon NAME", file=sys.stderr)
        return 2
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        with PidFile(name):
            print("ready", flush=True)
            arrived = queue.SimpleQueue()
            taker = threading.Thread(target=take, args=[arrived])
            taker.start()
            reloads = 0
            for number in iter(arrived.get, None):
                match number:
                    case signal.SIGHUP:
                        reloads += 1
                        print("reload", flush=True)
                    case signal.SIGUSR1:
                        print("status", reloads, flush=True)
                    case signal.SIGCONT:
                        print("resumed", flush=True)
            taker.join()
            print("bye", flush=True)
    except (Taken, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
