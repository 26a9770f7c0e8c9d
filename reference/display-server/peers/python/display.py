"""display SOCKET - prints what windows draw, and sends keys to the one that has the focus.

One process serves all: a selector sleeps until any of the descriptors has something. Whatever has something is read once,
and only then, so no window can make the others wait. Each window has a buffer of its own, for a read may bring half a
line or three. A signal is made one more thing to read: set_wakeup_fd writes its number into a socket, so it cannot come
between a look at a flag and the sleep.
"""

import contextlib
import fcntl
import os
import selectors
import signal
import socket
import stat
import sys

CHUNK = 4096


class Lines:
    """Cuts what comes into lines."""

    def __init__(self):
        self.rest = b""

    def take(self, data):
        """Return the lines that are whole now."""
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [line.decode(errors="surrogateescape") for line in lines]


class Window:
    """A window that is connected."""

    def __init__(self, connection):
        self.connection = connection
        self.lines = Lines()
        self.name = None


class Display:
    """All windows, and who has the focus."""

    def __init__(self, listener):
        self.listener = listener
        self.selector = selectors.DefaultSelector()
        self.windows = []
        self.commands = Lines()
        self.focus = None
        self.stopping = False

    def run(self, signals):
        """Serve until SIGTERM comes."""
        self.selector.register(self.listener, selectors.EVENT_READ, self.accept)
        self.selector.register(sys.stdin.fileno(), selectors.EVENT_READ, self.read_commands)
        self.selector.register(signals, selectors.EVENT_READ, self.stop)
        while not self.stopping:
            for key, _ in self.selector.select():
                key.data()

    def stop(self):
        self.stopping = True

    def accept(self):
        try:
            connection, _ = self.listener.accept()
        except ConnectionError:
            return  # it has left already
        window = Window(connection)
        self.windows.append(window)
        self.selector.register(connection, selectors.EVENT_READ, lambda: self.read_window(window))

    def read_window(self, window):
        try:
            data = window.connection.recv(CHUNK)
        except ConnectionError:
            data = b""
        if not data:  # it has left, or has died
            self.selector.unregister(window.connection)
            self.windows.remove(window)
            window.connection.close()
            return
        for line in window.lines.take(data):
            word, _, text = line.partition(" ")
            if word == "name":
                window.name = text
            elif word == "draw" and window.name is not None:
                print(f"{window.name}: {text}", flush=True)

    def read_commands(self):
        data = os.read(sys.stdin.fileno(), CHUNK)
        if not data:  # it would be readable for ever
            self.selector.unregister(sys.stdin.fileno())
        for line in self.commands.take(data):
            word, _, text = line.partition(" ")
            if word == "focus":
                self.focus = text
            elif word == "key":
                self.send_key(text)

    def send_key(self, key):
        """Send a key to the window that has the focus.

        It may have died: then it is read from soon, and forgotten. And if it reads nothing its buffer is full one day, and
        nobody is to wait for that: it is hung up on.
        """
        window = next((window for window in self.windows if window.name == self.focus), None)
        line = f"key {key}\n".encode(errors="surrogateescape")
        if window is None:
            return
        try:
            whole = window.connection.send(line, socket.MSG_DONTWAIT) == len(line)
        except OSError:  # Python ignores SIGPIPE
            whole = False
        if not whole:
            with contextlib.suppress(OSError):
                window.connection.shutdown(socket.SHUT_RDWR)


def is_live(path):
    """Whether somebody listens at a path. A socket file outlives its process: that it is there says nothing."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


def listen_at(path):
    """Return a listening socket at a path, in place of a stale one.

    To look and to replace are two steps; a lock on the directory keeps another display from doing the same in between.
    """
    directory = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        if is_live(path):
            raise FileExistsError(f"{path}: a display is there already")
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISSOCK(os.lstat(path).st_mode):
                os.unlink(path)
        listener = socket.socket(socket.AF_UNIX)
        before = os.umask(0o177)  # bind has no mode: 0777 less the umask
        try:
            listener.bind(path)
        finally:
            os.umask(before)
        listener.listen()
        return listener
    finally:
        os.close(directory)  # and the lock is gone


def main(arguments):
    if len(arguments) != 1:
        print("usage: display SOCKET", file=sys.stderr)
        return 2
    signals, signals_in = socket.socketpair()
    signals_in.setblocking(False)
    signal.set_wakeup_fd(signals_in.fileno())
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    try:
        listener = listen_at(arguments[0])
    except OSError as error:
        print(f"display: {error}", file=sys.stderr)
        return 1
    Display(listener).run(signals)
    os.unlink(arguments[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
