"""Accepted: socketserver with a thread for each window; the main thread waits for SIGTERM."""

import os
import signal
import socket
import socketserver
import sys
import threading

lock = threading.Lock()
windows = {}


class Window(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            for line in self.rfile:
                word, _, text = line.decode().rstrip("\n").partition(" ")
                with lock:
                    if word == "name":
                        windows[self] = text
                    elif word == "draw":
                        print(f"{windows[self]}: {text}", flush=True)
        except ConnectionError:
            pass
        finally:
            with lock:
                windows.pop(self, None)

    def finish(self):
        with lock:
            windows.pop(self, None)


class Display(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 50


def obey():
    focus = None
    for line in sys.stdin:
        word, _, text = line.rstrip("\n").partition(" ")
        if word == "focus":
            focus = text
        elif word == "key":
            with lock:
                for window, name in windows.items():
                    if name == focus:
                        try:
                            window.request.send(line.encode(), socket.MSG_DONTWAIT)
                        except OSError:
                            pass


def main():
    if len(sys.argv) != 2:
        print("usage: display SOCKET", file=sys.stderr)
        return 2
    path = sys.argv[1]
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        print(f"{path}: in use", file=sys.stderr)
        return 1
    except FileNotFoundError:
        pass
    except ConnectionRefusedError:
        os.remove(path)
    os.umask(0o177)
    display = Display(path, Window)
    threading.Thread(target=lambda: listen(display), daemon=True).start()
    threading.Thread(target=obey, daemon=True).start()
    signal.sigwait([signal.SIGTERM])
    os.remove(path)
    os._exit(0)


def listen(display):
    """serve_forever looks every half a second whether it is to end; this one does not."""
    while True:
        display.handle_request()


sys.exit(main())
