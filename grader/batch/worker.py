"""The process in which gradings are made: `python -m grader.batch.worker FD PARENT MODULE:FUNCTION [CORE]`.

It gets tasks over a socket and answers each with a result; it ends when the socket does, or its starter. An
interpreter of its own, started afresh: a fork of a program with threads could wait for ever for a lock, and a
grading that brings its process down takes nobody else along.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import signal
import sys
from multiprocessing.connection import Connection

from grader.batch.grading import Grade
from grader.batch.model import Result, Task
from grader.batch.scratch import sweep

_PR_SET_PDEATHSIG = 1


def serve(connection: Connection[Result | Exception, Task], grade: Grade) -> None:
    """Answer tasks until there are no more."""
    while True:
        try:
            task = connection.recv()
        except (EOFError, OSError):  # whoever asked is done, or dead
            return
        answer: Result | Exception
        try:
            answer = grade(task)
        except Exception as error:
            answer = error
        connection.send(answer)


def main(arguments: list[str]) -> None:
    """Begin: Ctrl-C is for whoever started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    fd, parent, place = int(arguments[0]), int(arguments[1]), arguments[2]
    if os.getppid() != parent:
        return
    for core in arguments[3:]:
        with contextlib.suppress(OSError):  # taken from this container meanwhile: any other will do
            os.sched_setaffinity(0, {int(core)})
    sweep()
    module, _, function = place.partition(":")
    serve(Connection(fd), getattr(importlib.import_module(module), function))


if __name__ == "__main__":
    main(sys.argv[1:])
