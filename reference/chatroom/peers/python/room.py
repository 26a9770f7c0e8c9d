"""room PORT - passes on to all guests what each of them says.

One process serves all: a selector sleeps until a socket has something to read, or has room again for what is to be sent,
or SIGTERM comes (set_wakeup_fd makes a signal one more thing to read). Two rules keep it from ever waiting for a single
guest:

- it reads once from who has something, into a buffer that is his alone;
- it never sends more than fits. What does not fit stays in the guest's own queue; who lets that grow too long is hung up
  on.

As all is done by one process, a line is in all queues before the next one is looked at: all get the same order.

A guest that has closed its sending half (end of file when we read) has left, but still listens.
"""

import selectors
import signal
import socket
import sys

CHUNK = 4096
QUEUE_MAX = 1 << 22


class Guest:
    """A connection, and who is behind it."""

    def __init__(self, connection):
        self.connection = connection
        self.name = None
        self.unfinished = b""  # has come, and is no line yet
        self.queue = b""  # is to be sent, and did not fit yet
        self.speaks = True
        self.gone = False

    @property
    def events(self):
        """What there is to wait for."""
        return (selectors.EVENT_READ if self.speaks else 0) | (selectors.EVENT_WRITE if self.queue else 0)

    def read(self):
        """Return the lines that are whole now; at end of file it speaks no more."""
        try:
            data = self.connection.recv(CHUNK)
        except BlockingIOError:
            return []
        except ConnectionError:
            data, self.gone = b"", True
        self.speaks = bool(data)
        *lines, self.unfinished = (self.unfinished + data).split(b"\n")
        return lines

    def send(self, data):
        """Send as much as fits, and keep the rest."""
        self.queue += data
        try:
            self.queue = self.queue[self.connection.send(self.queue) :]
        except BlockingIOError:
            self.gone = self.gone or len(self.queue) > QUEUE_MAX
        except ConnectionError:  # it has died; Python ignores SIGPIPE
            self.gone = True


class Room:
    """All guests."""

    def __init__(self, listener):
        self.listener = listener
        self.guests = []
        self.selector = selectors.DefaultSelector()
        self.closing = False

    def run(self, signals):
        """Serve until SIGTERM comes."""
        self.selector.register(signals, selectors.EVENT_READ, self.close)
        self.selector.register(self.listener, selectors.EVENT_READ, self.welcome)
        while not self.closing:
            for key, events in self.selector.select():
                if isinstance(key.data, Guest):
                    self.serve(key.data, events)
                else:
                    key.data()
            self.bury()
            for guest in self.guests:
                self.wait_for(guest)

    def close(self):
        self.closing = True

    def welcome(self):
        connection, _ = self.listener.accept()
        connection.setblocking(False)
        self.guests.append(Guest(connection))

    def wait_for(self, guest):
        """Tell the selector what to wait for now. One that has left and gets nothing at the moment is not waited for."""
        known = self.selector.get_map().get(guest.connection)
        if known is None and guest.events:
            self.selector.register(guest.connection, guest.events, guest)
        elif known is not None and not guest.events:
            self.selector.unregister(guest.connection)
        elif known is not None and known.events != guest.events:
            self.selector.modify(guest.connection, guest.events, guest)

    def serve(self, guest, events):
        if events & selectors.EVENT_WRITE:
            guest.send(b"")
        if not events & selectors.EVENT_READ:
            return
        for line in guest.read():
            if guest.name is None:
                guest.name = line
                self.say(guest, b" joined")
            else:
                self.say(guest, b": " + line)
        if not guest.speaks:
            self.say(guest, b" left")

    def say(self, speaker, text):
        """Say something of a guest's to all others who have told their names."""
        if speaker.name is None:
            speaker.gone = True  # it ended before anybody knew it
            return
        for guest in self.guests:
            if guest is not speaker and guest.name is not None and not guest.gone:
                guest.send(speaker.name + text + b"\n")

    def bury(self):
        """Forget who is gone; to hear of it may be the end of others."""
        while gone := [guest for guest in self.guests if guest.gone]:
            for guest in gone:
                self.guests.remove(guest)
                if guest.connection in self.selector.get_map():
                    self.selector.unregister(guest.connection)
                guest.connection.close()
                if guest.speaks and guest.name is not None:
                    self.say(guest, b" left")


def main(arguments):
    if len(arguments) != 1 or not (arguments[0].isascii() and arguments[0].isdigit()) or int(arguments[0]) > 65535:
        print("usage: room PORT", file=sys.stderr)
        return 2
    signals, signals_in = socket.socketpair()
    signals_in.setblocking(False)
    signal.set_wakeup_fd(signals_in.fileno())
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    try:
        listener = socket.socket()
        # Connections of an earlier room may still be dying (TIME_WAIT, tcp(7)), and would keep the port for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", int(arguments[0])))
        listener.listen()
    except OSError as error:
        print(f"room: {error}", file=sys.stderr)
        return 1
    print("listening", listener.getsockname()[1], flush=True)
    Room(listener).run(signals)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
