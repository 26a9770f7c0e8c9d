from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox import protocol

TEXTS = st.text(st.characters(), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


@given(header=st.dictionaries(TEXTS, VALUES, max_size=4), payload=st.binary(max_size=300))
def test_a_frame_arrives_as_it_was_sent(header: dict[str, Any], payload: bytes) -> None:
    one, other = socket.socketpair()
    with one, other:
        protocol.send(one, header, payload)
        assert protocol.receive(other) == (header, payload, [])


def test_names_that_are_not_utf8_survive(pair: tuple[socket.socket, socket.socket]) -> None:
    name = os.fsdecode(b"caf\xe9\n")
    protocol.send(pair[0], {"name": name})
    assert protocol.receive(pair[1]) == ({"name": name}, b"", [])


def test_a_payload_larger_than_the_sockets_buffer_arrives(pair: tuple[socket.socket, socket.socket]) -> None:
    payload = os.urandom(3 << 20)
    sender = threading.Thread(target=protocol.send, args=(pair[0], {"size": len(payload)}, payload))
    sender.start()
    received = protocol.receive(pair[1])
    sender.join()
    assert received == ({"size": len(payload)}, payload, [])


def test_descriptors_arrive_close_on_exec(pair: tuple[socket.socket, socket.socket]) -> None:
    reading, writing = os.pipe()
    protocol.send(pair[0], {}, b"", [writing])
    _, _, received = protocol.receive(pair[1])
    assert [os.get_inheritable(fd) for fd in received] == [False]
    os.write(received[0], b"x")
    assert os.read(reading, 2) == b"x"
    protocol.close_all([reading, writing, *received])


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\0\0",
        b"\0\0\0\5\0\0\0\0{}",
        b"\0\0\0\2\0\0\0\5{}abc",
        b"\0\0\0\2\0\0\0\0{x",
        b"\0\0\0\2\xff\xff\xff\xff{}",
    ],
    ids=["nothing", "half a length", "half a header", "half a payload", "no JSON", "absurdly long"],
)
def test_what_is_no_frame_ends_the_conversation(
    pair: tuple[socket.socket, socket.socket], sent: bytes
) -> None:
    pair[0].sendall(sent)
    pair[0].shutdown(socket.SHUT_WR)
    with pytest.raises(protocol.Disconnected):
        protocol.receive(pair[1])


def test_sending_to_nobody_ends_the_conversation(pair: tuple[socket.socket, socket.socket]) -> None:
    pair[1].close()
    with pytest.raises(protocol.Disconnected):
        protocol.send(pair[0], {"x": 1}, b"y" * 100_000)
