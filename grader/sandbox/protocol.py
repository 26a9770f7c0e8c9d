"""Frames between the grader and the agent: a JSON header, bytes, and descriptors, over one stream socket.

Runs on both sides; standard library only. Start-up of the agent is part of every run, so the modules that run
inside import as little as possible: `socket`, `typing`, `dataclasses` together cost more than all the rest.
"""

from __future__ import annotations

import _socket
import json
import os
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_LENGTHS = struct.Struct("!II")
_INT = struct.Struct("i")
_CHUNK = 1 << 20
_PAYLOAD_MAX = 1 << 30
_DESCRIPTORS_MAX = 8


class Disconnected(Exception):  # noqa: N818 - it is the normal end of a conversation
    """The other side is gone."""


def send(sock: _socket.socket, header: dict[str, Any], payload: bytes = b"", fds: Sequence[int] = ()) -> None:
    """Send one frame.

    Args:
        sock: a connected stream socket.
        header: anything JSON can say; texts may hold surrogates (names that are not UTF-8).
        payload: bytes that go with it.
        fds: descriptors to pass; the sender keeps its own.

    Raises:
        Disconnected: the other side is gone.
    """
    text = json.dumps(header).encode()
    lengths = _LENGTHS.pack(len(text), len(payload))
    ancillary = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, b"".join(map(_INT.pack, fds)))] if fds else []
    try:
        sent = sock.sendmsg([lengths], ancillary, _socket.MSG_NOSIGNAL)
        if sent != len(lengths):
            sock.sendall(lengths[sent:])
        sock.sendall(text)
        if payload:
            sock.sendall(payload)
    except (BrokenPipeError, ConnectionResetError) as error:
        raise Disconnected from error


def receive(sock: _socket.socket) -> tuple[dict[str, Any], bytes, list[int]]:
    """Receive one frame.

    Returns:
        The header, the payload, and descriptors (close-on-exec) that now belong to the caller.

    Raises:
        Disconnected: the other side is gone, or what it sent is no frame.
    """
    fds: list[int] = []
    try:
        lengths, ancillary, _, _ = sock.recvmsg(
            _LENGTHS.size, _socket.CMSG_SPACE(_INT.size * _DESCRIPTORS_MAX), _socket.MSG_CMSG_CLOEXEC
        )
        for level, kind, data in ancillary:
            if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS:
                whole = data[: len(data) - len(data) % _INT.size]
                fds.extend(number for (number,) in _INT.iter_unpack(whole))
        if not lengths:
            raise Disconnected
        lengths += _exactly(sock, _LENGTHS.size - len(lengths))
        text_size, payload_size = _LENGTHS.unpack(lengths)
        if payload_size > _PAYLOAD_MAX:
            raise Disconnected
        header = json.loads(_exactly(sock, text_size))
        payload = _exactly(sock, payload_size)
    except (ConnectionResetError, ValueError) as error:
        close_all(fds)
        raise Disconnected from error
    except BaseException:
        close_all(fds)
        raise
    return header, payload, fds


def close_all(fds: Sequence[int]) -> None:
    """Close descriptors; numbers below zero stand for none."""
    for fd in fds:
        if fd >= 0:
            os.close(fd)


def _exactly(sock: _socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = sock.recv(min(size - len(data), _CHUNK))
        if not part:
            raise Disconnected
        data += part
    return bytes(data)
