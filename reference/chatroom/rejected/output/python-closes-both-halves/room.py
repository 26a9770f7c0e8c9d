import selectors
import signal
import socket
import sys


class Guest:
    def __init__(self, connection):
        self.connection = connection
        self.name = None
        self.rest = b""

    def lines(self):
        try:
            data = self.connection.recv(4096)
        except ConnectionError:
            data = b""
        *lines, self.rest = (self.rest + data).split(b"\n")
        return lines, not data


class Room:
    def __init__(self, port):
        self.guests, self.running = [], True
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen()
        self.selector = selectors.DefaultSelector()
        reader, self.writer = socket.socketpair()
        self.writer.setblocking(False)
        signal.set_wakeup_fd(self.writer.fileno())
        signal.signal(signal.SIGTERM, lambda number, frame: None)
        self.selector.register(reader, selectors.EVENT_READ, self.stop)
        self.selector.register(self.listener, selectors.EVENT_READ, self.accept)

    def stop(self):
        self.running = False

    def accept(self):
        connection, _ = self.listener.accept()
        guest = Guest(connection)
        self.guests.append(guest)
        self.selector.register(connection, selectors.EVENT_READ, lambda: self.hear(guest))

    def hear(self, guest):
        lines, end = guest.lines()
        for line in lines:
            if guest.name is None:
                guest.name = line
                self.say(guest, b" joined")
            else:
                self.say(guest, b": " + line)
        if end:
            self.selector.unregister(guest.connection)
            if guest.name is not None:
                self.say(guest, b" left")

    def say(self, speaker, text):
        for guest in list(self.guests):
            if guest is speaker or guest.name is None:
                continue
            line = speaker.name + text + b"\n"
            try:
                whole = guest.connection.send(line, socket.MSG_DONTWAIT) == len(line)
            except OSError:
                whole = False
            if not whole:
                self.guests.remove(guest)

    def run(self):
        print("listening", self.listener.getsockname()[1], flush=True)
        while self.running:
            for key, _ in self.selector.select():
                key.data()


if len(sys.argv) != 2 or not sys.argv[1].isdigit():
    print("usage: room PORT", file=sys.stderr)
    sys.exit(2)
try:
    room = Room(int(sys.argv[1]))
except OSError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
room.run()
