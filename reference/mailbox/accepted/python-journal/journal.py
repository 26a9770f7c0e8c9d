"""A mailbox as a journal that only grows: `put` and a text in JSON, or `take`, each line appended by one write."""

import fcntl
import json
import os


class Journal:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.lock = os.open(self.path + ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        text = os.pread(self.fd, os.fstat(self.fd).st_size, 0)
        self.end = text.rfind(b"\n") + 1
        os.ftruncate(self.fd, self.end)  # what has no newline has not happened
        entries = [json.loads(line) for line in text[: self.end].splitlines()]
        taken = sum(entry is None for entry in entries)
        self.messages = [entry for entry in entries if entry is not None][taken:]
        return self

    def append(self, entry):
        line = json.dumps(entry).encode() + b"\n"
        assert os.pwrite(self.fd, line, self.end) == len(line)
        os.fsync(self.fd)

    def __exit__(self, *_):
        os.close(self.fd)
        os.close(self.lock)
