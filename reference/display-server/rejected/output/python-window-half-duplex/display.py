import os
import selectors
import signal
import socket
import sys


class Lines:
    def __init__(self):
        self.rest = b""

    def take(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [line.decode() for line in lines]


class Display:
    def __init__(self, path):
        self.names, self.focus, self.running = {}, None, True
        self.listener = socket.socket(socket.AF_UNIX)
        os.umask(0o177)
        self.listener.bind(path)
        self.listener.listen()
        self.selector = selectors.DefaultSelector()
        reader, writer = socket.socketpair()
        writer.setblocking(False)
        signal.set_wakeup_fd(writer.fileno())
        signal.signal(signal.SIGTERM, lambda number, frame: None)
        self.writer = writer
        self.selector.register(reader, selectors.EVENT_READ, self.stop)
        self.selector.register(self.listener, selectors.EVENT_READ, self.accept)
        lines = Lines()
        self.selector.register(0, selectors.EVENT_READ, lambda: self.command(lines))

    def stop(self):
        self.running = False

    def accept(self):
        window, _ = self.listener.accept()
        lines = Lines()
        self.selector.register(window, selectors.EVENT_READ, lambda: self.draw(window, lines))

    def draw(self, window, lines):
        try:
            data = window.recv(4096)
        except ConnectionError:
            data = b""
        if not data:
            self.selector.unregister(window)
            self.names.pop(window, None)
            window.close()
        for line in lines.take(data):
            word, _, text = line.partition(" ")
            if word == "name":
                self.names[window] = text
            elif word == "draw":
                print(f"{self.names[window]}: {text}", flush=True)

    def command(self, lines):
        data = os.read(0, 4096)
        if not data:
            self.selector.unregister(0)
        for line in lines.take(data):
            word, _, text = line.partition(" ")
            if word == "focus":
                self.focus = text
            for window, name in list(self.names.items()):
                if word == "key" and name == self.focus:
                    self.send(window, f"key {text}\n")

    def send(self, window, line):
        try:
            window.sendall(line.encode())
        except OSError:
            pass

    def run(self):
        while self.running:
            for key, _ in self.selector.select():
                key.data()


if len(sys.argv) != 2:
    print("usage: display SOCKET", file=sys.stderr)
    sys.exit(2)
with socket.socket(socket.AF_UNIX) as probe:
    if probe.connect_ex(sys.argv[1]) == 0:
        print("display: in use", file=sys.stderr)
        sys.exit(1)
if os.path.exists(sys.argv[1]):
    os.unlink(sys.argv[1])
Display(sys.argv[1]).run()
os.unlink(sys.argv[1])
