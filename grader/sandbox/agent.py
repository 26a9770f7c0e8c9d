"""The agent: pid 1 of the sandbox. Starts programs, moves files, takes inventories, on the grader's request.

It is handed over as a descriptor, with no file of this package visible inside, and uses the standard
library only. It answers one request at a time and ends when the grader's end of the socket is closed; as pid
1 it takes the whole sandbox with it. It ignores every signal, cannot be killed from inside, and its
memory cannot be read from there.
"""

# pathlib would cost every run the time of its import.
# ruff: noqa: PTH103

from __future__ import annotations

import _socket
import contextlib
import os
import signal
import sys

from grader.sandbox import birth, commands, files, inventory, kernel, launch, objects, protocol
from grader.sandbox.launch import World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Answer: TypeAlias = tuple[dict[str, Any], bytes, list[int]]


def main() -> None:
    """Serve until the grader is gone.

    Arguments: the socket, the descriptor this code came from, and `zygote` if it is to fork agents.
    """
    connection, code = int(sys.argv[1]), int(sys.argv[2])
    os.close(code)
    os.set_inheritable(connection, False)  # noqa: FBT003 - positional only
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])  # the thread that started us blocks some
    sock = _socket.socket(fileno=connection)
    with contextlib.suppress(protocol.Disconnected):
        if sys.argv[3:] == ["zygote"]:
            connection = birth.serve(sock)
            sock = _socket.socket(fileno=connection)
        setup, filter_program, _ = protocol.receive(sock)
        world = World(setup["root"], setup["limits"], filter_program, connection)
        _prepare(world, setup["nested"])
        agent = Agent(world)
        try:
            protocol.send(sock, {"nested": world.nested})
            agent.serve(sock)
        finally:
            if not world.alone:
                agent.clear()
    os._exit(0)


def _prepare(world: World, nested: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if nested == "try":
        world.nested = launch.nested_namespaces_work(world)
    elif nested == "yes":
        world.nested = True
        launch.use_up_pid()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    kernel.own_keyring()
    if not world.alone:
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
        for folder in launch.FOLDERS:
            os.makedirs(world.where(folder), exist_ok=True)
    with contextlib.suppress(OSError):  # the first to go when memory runs out
        fd = os.open("/proc/self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
        os.write(fd, b"500")
        os.close(fd)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)


class Agent:
    """Answers requests: one method for each, named `do_` and the request's word."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._inventory = inventory.Inventory(world)

    def serve(self, sock: _socket.socket) -> None:
        """Answer requests until there are no more.

        Raises:
            Disconnected: there are no more.
        """
        while True:
            request, payload, fds = protocol.receive(sock)
            send_back: list[int] = []
            try:
                answer, data, send_back = getattr(self, "do_" + request["do"])(request, payload, fds)
            except Exception as error:  # the grader decides what it means
                number = error.errno if isinstance(error, OSError) else 0
                answer, data = {"error": f"{type(error).__name__}: {error}", "errno": number}, b""
            try:
                protocol.send(sock, answer, data, send_back)
            finally:
                protocol.close_all([*fds, *send_back])

    def clear(self) -> None:
        """Without namespaces: end everything and leave nothing."""
        commands.end_all(self._world)
        with contextlib.suppress(OSError):
            self._inventory.clear()
        with contextlib.suppress(OSError):
            files.remove_tree(self._world.root)

    def _env(self, env: dict[str, str]) -> dict[str, str]:
        return {name: self._world.where(value) for name, value in env.items()}

    def do_start(self, request: dict[str, Any], payload: bytes, fds: list[int]) -> Answer:
        """Make a process that waits at the gate."""
        where = self._world.where
        named = dict(zip(request["fds"], fds, strict=True))
        back: list[int] = []
        if request["terminal"]:
            master, slave = launch.open_terminal()
            back = [master, slave]
            named |= {"stdin": slave, "stdout": slave, "terminal": slave}
        argv = [where(text) for text in request["argv"]]
        env = self._env(request["env"])
        how = {key: request[key] for key in ("open_at", "umask")}
        how["filter_program"] = payload or self._world.filter_program
        launch.start(self._world, argv, where(request["cwd"]), env, named, **how)
        return {}, b"", back

    def do_command(self, request: dict[str, Any], _payload: bytes, _fds: list[int]) -> Answer:
        """Run a command to its end."""
        where = self._world.where
        argv = [where(text) for text in request["argv"]]
        env = self._env(request["env"])
        return *commands.run(self._world, argv, where(request["cwd"]), env, request["bounds"]), []

    def do_put(self, request: dict[str, Any], payload: bytes, _fds: list[int]) -> Answer:
        """Write files."""
        if request["clear"]:
            files.clear(files.place(self._world, request["folder"]))
        files.put(self._world, request["folder"], request["entries"], payload)
        return {}, b"", []

    def do_collect(self, request: dict[str, Any], _payload: bytes, _fds: list[int]) -> Answer:
        """Return files."""
        entries, payload = files.collect(self._world, request["folder"], request["size_max"])
        return {"entries": entries}, payload, []

    def do_read(self, request: dict[str, Any], _payload: bytes, _fds: list[int]) -> Answer:
        """Return the content of a file."""
        content = objects.read(self._world, request["path"], request["size_max"])
        return {"found": content is not None}, content or b"", []

    def do_inventory(self, _request: dict[str, Any], _payload: bytes, _fds: list[int]) -> Answer:
        """Return all objects."""
        rows = self._inventory.rows()
        return {"rows": [{key: row[key] for key in inventory.TOLD} for row in rows]}, b"", []

    def do_reboot(self, _request: dict[str, Any], _payload: bytes, _fds: list[int]) -> Answer:
        """Remove what does not outlive the kernel."""
        self._inventory.reboot()
        return {}, b"", []

    def do_create(self, request: dict[str, Any], payload: bytes, _fds: list[int]) -> Answer:
        """Make an object."""
        what = (request[key] for key in ("mode", "size", "values"))
        objects.create(self._world, request["kind"], request["name"], payload, *what)
        return {}, b"", []

    def do_remove(self, request: dict[str, Any], _payload: bytes, _fds: list[int]) -> Answer:
        """Remove an object."""
        objects.remove(self._world, request["kind"], request["name"])
        return {}, b"", []
