"""pytest's end of the line to the process that grades."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from typing import Any

import pytest

from grader.model.errors import GraderError
from grader.pytest_plugin.messages import Failure

_GRACE_S = 5.0
"""So long it may take to store a verdict when nobody asks any more."""


class Host:
    """A process that grades. It ends with `close` or `kill`, and with pytest.

    Args:
        task: what it is for.
    """

    def __init__(self, task: object) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            arguments = [str(theirs.fileno()), str(os.getpid())]
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "grader.pytest_plugin.host", *arguments],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._connection: Connection[Any, Any] = Connection(ours.detach())
        self.send(task)

    def send(self, message: object) -> None:
        """Say something; whether it still listens is found out when an answer is awaited."""
        with contextlib.suppress(OSError):
            self._connection.send(message)

    def receive(self) -> Any:
        """Return what it says next.

        Raises:
            GraderError: it says that it could not do it, or it died.
        """
        try:
            answer = self._connection.recv()
        except (EOFError, OSError) as error:
            self.kill()
            raise GraderError(f"the process that grades died (status {self._process.returncode})") from error
        except BaseException:  # a time-out, Ctrl-C: what it says next would be taken for another answer
            self.kill()
            raise
        if isinstance(answer, Failure):
            self.kill()
            raise GraderError(answer.text)
        return answer

    @property
    def gone(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def close(self) -> None:
        """Let it store what it has to, and end it."""
        self._connection.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE_S)
        self.kill()

    def kill(self) -> None:
        """End it now, and with it all that it started."""
        self._connection.close()
        self._process.kill()
        self._process.wait()


class Hosts:
    """The processes that grade in a session: one for each task, begun when it is needed."""

    def __init__(self) -> None:
        self._all: dict[object, Host] = {}

    def get(self, task: object) -> Host:
        """Return the process for a task; a new one if it was ended."""
        if task not in self._all or self._all[task].gone:
            self._all[task] = Host(task)
        return self._all[task]

    def close(self) -> None:
        """End all of them."""
        for host in self._all.values():
            host.close()


_HOSTS = pytest.StashKey[Hosts]()


def hosts(config: pytest.Config) -> Hosts:
    """Return the processes that grade in a session."""
    return config.stash.setdefault(_HOSTS, Hosts())


def close_all(config: pytest.Config) -> None:
    """End them."""
    hosts(config).close()
