"""Connections whose reader reads nothing are full, and stay so."""

from __future__ import annotations

import os
import select
import signal
import socket
from collections.abc import Iterator

import pytest

from grader.tracer.connections import fill

pytestmark = pytest.mark.system


@pytest.fixture
def reader() -> Iterator[tuple[int, socket.socket]]:
    """A process that reads nothing, and the end of its connection that somebody else has."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        child = os.fork()
        if child == 0:
            own = socket.create_connection(listener.getsockname())
            while own.fileno() >= 0:
                signal.pause()
        sender, _ = listener.accept()
    with sender:
        yield child, sender
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_nothing_more_can_be_sent_to_who_reads_nothing(reader: tuple[int, socket.socket]) -> None:
    child, sender = reader
    sender.sendall(b"before\n")

    assert fill([child], [os.getpid(), child]) == 1

    with pytest.raises(BlockingIOError):
        sender.send(b"x", socket.MSG_DONTWAIT)
    assert select.select([], [sender], [], 0) == ([], [], [])


def test_connections_of_others_are_left_alone(reader: tuple[int, socket.socket]) -> None:
    _child, sender = reader

    assert fill([], [os.getpid()]) == 0

    assert select.select([], [sender], [], 0) == ([], [sender], [])


def test_a_process_that_has_ended_has_no_connections() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)

    assert fill([child], [child]) == 0
