# Wrong: SIGINT is left to Python: KeyboardInterrupt ends the program politely, but the pid file stays.
import fcntl
import os
import signal
import sys

SIGNALS = {signal.SIGHUP, signal.SIGUSR1, signal.SIGCONT, signal.SIGTERM}


def owned(path):
    try:
        with open(path) as file:
            text = file.read().removesuffix("\n")
        if not text.isdecimal() or len(text) > 9 or int(text) in (0, os.getpid()):
            return False
        with open(f"/proc/{text}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def claim(path):
    directory = os.open(".", os.O_RDONLY)
    fcntl.flock(directory, fcntl.LOCK_EX)
    if owned(path):
        sys.exit(f"{path} is taken")
    if os.path.exists(path):
        os.unlink(path)
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        sys.exit(str(error))
    os.write(fd, b"%d\n" % os.getpid())
    os.close(fd)
    os.close(directory)


if len(sys.argv) != 2:
    print("usage: daemon NAME", file=sys.stderr)
    sys.exit(2)
signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
path = sys.argv[1] + ".pid"
claim(path)
print("ready", flush=True)
reloads = 0


def answer(number):
    global reloads
    if number == signal.SIGHUP:
        reloads += 1
        print("reload", flush=True)
    elif number == signal.SIGUSR1:
        print("status", reloads, flush=True)
    elif number == signal.SIGCONT:
        print("resumed", flush=True)


while True:
    try:
        number = signal.sigwaitinfo(SIGNALS).si_signo
    except KeyboardInterrupt:
        print("bye", flush=True)
        sys.exit(0)
    if number in (signal.SIGTERM, signal.SIGINT):
        break
    answer(number)
while (info := signal.sigtimedwait(SIGNALS, 0)) is not None:
    answer(info.si_signo)
print("bye", flush=True)
os.unlink(path)
