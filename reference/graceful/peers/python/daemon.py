"""daemon NAME - a process that answers signals

Signals can arrive between any two instructions, and the classic way to take them, a handler that sets a flag
and a loop that tests it before ``signal.pause()``, loses those that arrive between the test and the pause. Here
no handler is needed at all: the signals are blocked from the first line on, so that they wait in the kernel,
and ``sigwaitinfo`` takes them out one by one, asleep while there is none. Nothing can be lost.
"""

import contextlib
import fcntl
import os
import signal
import sys

# SIGTSTP is not among them. Its default action, to stop the process, is what we want, and SIGCONT lets a
# stopped process go on even while it is blocked.
ANSWERED = {signal.SIGHUP, signal.SIGUSR1, signal.SIGCONT}
FINAL = {signal.SIGTERM, signal.SIGINT}


# ---- The pid file: one daemon to a NAME


def read_owner(path: str) -> int:
    """The pid that a file contains; 0 if there is no file, or anything but a positive decimal number in it.

    0 and negative numbers must not get through: for ``kill`` they mean whole groups of processes.
    """
    try:
        with open(path, "rb") as file:
            text = file.read(32).removesuffix(b"\n")
    except OSError:
        return 0
    return int(text) if text.isdigit() and len(text) <= 10 else 0


def alive(pid: int) -> bool:
    """Is there such a process, and does it live?

    Signal 0 sends nothing, it only asks whether one could. But a zombie still has its pid: it has ended, only
    nobody has waited for it yet. /proc tells them apart.
    """
    try:
        os.kill(pid, 0)
    except PermissionError:
        pass  # there is one, but not ours
    except (ProcessLookupError, OverflowError):
        return False
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # "PID (NAME) STATE ...", where NAME may contain spaces and parentheses.
            state = file.read().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        return False  # gone this very moment
    return state not in (b"Z", b"X")


def claim(path: str) -> None:
    """Make the pid file ours.

    To look into the file, to decide, to remove it and to make a new one are several steps. If two daemons took
    them at the same time, both might find the same stale file, and the slower one would remove the new file of
    the faster. So only one at a time may do it: whoever has locked the directory.
    """
    directory = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        owner = read_owner(path)
        # Our own pid in a file that we have not written yet is that of somebody long dead.
        if owner and owner != os.getpid() and alive(owner):
            raise FileExistsError(f"{path} belongs to process {owner}")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # stale
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(file, b"%d\n" % os.getpid())
        os.close(file)
    finally:
        os.close(directory)  # and with it the lock goes


# ---- The signals


class Answers:
    def __init__(self) -> None:
        self.reloads = 0

    def give(self, number: int) -> None:
        if number == signal.SIGHUP:
            self.reloads += 1
            print("reload", flush=True)
        elif number == signal.SIGUSR1:
            print(f"status {self.reloads}", flush=True)
        elif number == signal.SIGCONT:
            print("resumed", flush=True)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: daemon NAME", file=sys.stderr)
        return 2
    # First of all: from here on none of these signals can end us before the pid file can be removed.
    signal.pthread_sigmask(signal.SIG_BLOCK, ANSWERED | FINAL)
    path = arguments[0] + ".pid"
    try:
        claim(path)
    except OSError as error:
        print(f"daemon: {error}", file=sys.stderr)
        return 1
    print("ready", flush=True)

    answers = Answers()
    while (number := signal.sigwaitinfo(ANSWERED | FINAL).si_signo) not in FINAL:
        answers.give(number)
    # Of several pending signals the kernel gives the one with the lowest number first, not the one that came
    # first. So SIGINT (2) may have overtaken a SIGUSR1 (10): take out what is still there, without waiting.
    while (info := signal.sigtimedwait(ANSWERED | FINAL, 0)) is not None:
        answers.give(info.si_signo)

    print("bye", flush=True)
    os.unlink(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
