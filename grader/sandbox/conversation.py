"""What the grader and an agent say to each other: the grader asks, the agent answers."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from grader.sandbox import protocol
from grader.sandbox.gate import BoxError

ANSWER_S = 60.0
_AgentT = TypeVar("_AgentT")


class Conversation:
    """The grader's end of a socket, and what the agent has to complain of."""

    def __init__(self) -> None:
        self._errors = os.memfd_create("errors", os.MFD_CLOEXEC)
        self._socket, self._other = socket.socketpair()
        self._socket.settimeout(ANSWER_S)
        self._hello: dict[str, Any] | None = None

    def begin(
        self, start: Callable[[socket.socket, int], _AgentT], setup: dict[str, Any], filter_program: bytes
    ) -> _AgentT:
        """Start an agent and tell it what it is for.

        Args:
            start: starts it, given its end of the socket and a descriptor for complaints.
            setup: what it must know.
            filter_program: the seccomp filter of parts.
        """
        with self._other:
            agent = start(self._other, self._errors)
        try:
            protocol.send(self._socket, setup, filter_program)
        except protocol.Disconnected:
            return agent  # whoever asks for something will be told
        return agent

    def hello(self) -> dict[str, Any]:
        """Return what the agent said when it was ready; wait for it the first time.

        Raises:
            BoxError: it did not start.
        """
        if self._hello is None:
            try:
                self._hello, _, _ = protocol.receive(self._socket)
            except (protocol.Disconnected, TimeoutError) as error:
                raise BoxError(f"the sandbox did not start: {self._complaints()}") from error
        return self._hello

    def ask(
        self,
        request: dict[str, Any],
        payload: bytes = b"",
        fds: Sequence[int] = (),
        *,
        wait_s: float = ANSWER_S,
    ) -> tuple[dict[str, Any], bytes, list[int]]:
        """Send a request, with bytes and descriptors, and return the answer with its own.

        Raises:
            BoxError: there was no answer, or the agent could not do it.
        """
        self.hello()
        self._socket.settimeout(wait_s)
        try:
            protocol.send(self._socket, request, payload, fds)
            answer, data, received = protocol.receive(self._socket)
        except (protocol.Disconnected, TimeoutError) as error:
            raise BoxError(f"the sandbox does not answer: {self._complaints()}") from error
        if "error" in answer:
            protocol.close_all(received)
            raise BoxError(f"{request['do']}: {answer['error']}", answer["errno"])
        return answer, data, received

    def close(self) -> None:
        """End it: the agent's end of the socket is at its end."""
        self._other.close()
        self._socket.close()
        os.close(self._errors)

    def _complaints(self) -> str:
        text = os.pread(self._errors, 4000, 0).decode(errors="replace").strip()
        return text or "it said nothing"
