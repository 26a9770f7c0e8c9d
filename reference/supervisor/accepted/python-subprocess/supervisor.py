"""Accepted: subprocess.Popen for the workers, a thread that waits for each, and a queue that tells the main thread."""

import queue
import signal
import subprocess
import sys
import threading

TERM = "told to stop"


def watch(worker, events):
    worker.wait()
    events.put(worker)


class Supervisor:
    def __init__(self, command):
        self.command = command
        self.running = []
        self.events = queue.SimpleQueue()  # its put may be called in a signal handler

    def launch(self):
        worker = subprocess.Popen(self.command)
        self.running.append(worker)
        threading.Thread(target=watch, args=(worker, self.events), daemon=True).start()
        return worker.pid

    def loop(self, count, limit):
        for _ in range(count):
            print(f"start {self.launch()}", flush=True)
        while self.running:
            event = self.events.get()
            if event is TERM:
                return 0
            self.running.remove(event)
            code = event.returncode
            if code == 0:
                continue
            if limit == 0:
                return 1
            limit -= 1
            print(f"restart {self.launch()} after {code if code > 0 else 128 - code}", flush=True)
        return 0

    def stop(self):
        for worker in self.running:
            worker.terminate()
        for worker in self.running:
            worker.wait()


def main():
    words = sys.argv[1:]
    if len(words) < 3 or not all(word.isascii() and word.isdigit() for word in words[:2]):
        print("usage: supervisor WORKERS LIMIT CMD [ARG...]", file=sys.stderr)
        return 2
    supervisor = Supervisor(words[2:])
    signal.signal(signal.SIGTERM, lambda number, frame: supervisor.events.put(TERM))
    try:
        return supervisor.loop(int(words[0]), int(words[1]))
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        supervisor.stop()


sys.exit(main())
