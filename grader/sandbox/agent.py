"""The agent: pid 1 of the sandbox. Starts programs, moves files, takes inventories, on the grader's request.

It is handed over as a descriptor, with no file of this package visible inside, and uses the standard
library only. It answers one request at a time and ends when the grader's end of the socket is closed; as pid
1 it takes the whole sandbox with it. It ignores every signal, cannot be killed from inside, and its
memory cannot be read from there.
"""

from __future__ import annotations

import _socket
import contextlib
import os
import signal
import sys

from grader.sandbox import kernel, launch, protocol
from grader.sandbox.launch import World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    Answer: TypeAlias = tuple[dict[str, Any], bytes, list[int]]


def main() -> None:
    """Serve until the grader is gone. Arguments: the socket, the descriptor this code came from."""
    connection, code = int(sys.argv[1]), int(sys.argv[2])
    os.close(code)
    os.set_inheritable(connection, False)  # noqa: FBT003 - positional only
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    sock = _socket.socket(fileno=connection)
    with contextlib.suppress(protocol.Disconnected):
        setup, filter_program, _ = protocol.receive(sock)
        world = World(setup["root"], setup["limits"], filter_program)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        world.nested = setup["nested"] and launch.nested_namespaces_work(world)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        if not world.alone:
            kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
        with contextlib.suppress(OSError):  # the first to go when memory runs out
            fd = os.open("/proc/self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
            os.write(fd, b"500")
            os.close(fd)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        protocol.send(sock, {"nested": world.nested})
        _serve(sock, world)
    os._exit(0)


def _serve(sock: _socket.socket, world: World) -> None:
    acts: dict[str, Callable[[World, dict[str, Any], bytes, list[int]], Answer]] = {
        "start": _start,
    }
    while True:
        request, payload, fds = protocol.receive(sock)
        send_back: list[int] = []
        try:
            answer, data, send_back = acts[request["do"]](world, request, payload, fds)
        except Exception as error:  # the grader decides what it means
            number = error.errno if isinstance(error, OSError) else 0
            answer, data = {"error": f"{type(error).__name__}: {error}", "errno": number}, b""
        try:
            protocol.send(sock, answer, data, send_back)
        finally:
            protocol.close_all([*fds, *send_back])


def _start(world: World, request: dict[str, Any], _payload: bytes, fds: list[int]) -> Answer:
    named = dict(zip(request["fds"], fds, strict=True))
    back: list[int] = []
    if request["terminal"]:
        master, slave = launch.open_terminal()
        back = [master, slave]
        named |= {"stdin": slave, "stdout": slave, "terminal": slave}
    launch.start(
        world,
        [world.where(text) for text in request["argv"]],
        world.where(request["cwd"]),
        {name: world.where(value) for name, value in request["env"].items()},
        named,
        open_at=request["open_at"],
    )
    return {}, b"", back
