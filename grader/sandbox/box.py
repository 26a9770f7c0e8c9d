"""The sandbox of a run, seen from the grader.

Theory of operation. The grader starts bubblewrap, which makes new namespaces for processes, files, IPC,
network and users, and becomes the agent (`agent.py`) as pid 1 in there. The two talk over a socket pair whose
other end only the agent has. A part is started in two steps, so that the tracer can get hold of it before its
first instruction: `start` makes a process that waits at a gate, `Started.release` opens the gate.

Nothing outlives the grader: the kernel kills bubblewrap with the thread that started it, the agent ends when
its socket is closed, and a pid namespace ends with its pid 1. All that was written is memory of the mount
namespace. So a Box must be made by a thread that lives at least as long as the Box.
"""

from __future__ import annotations

import errno
import functools
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from grader.model.config import LimitsConfig
from grader.model.errors import SubmissionError
from grader.model.history import Entry, ObjectKind
from grader.sandbox import archives, other_user
from grader.sandbox.conversation import ANSWER_S, Conversation
from grader.sandbox.gate import SOURCE_FD, BoxError, Offer, Started, is_source, python_from_descriptor
from grader.sandbox.isolation import FULL, MINIMAL_ENVIRONMENT, MODULES, extension_modules
from grader.sandbox.spawn import Confined, command_rlimits, rlimits, spawn

__all__ = ["Box", "BoxError", "CommandResult", "Started"]

_START_ATTEMPTS = 3
_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """How a command ended.

    Attributes:
        status: exit status; None if it did not exit by itself.
        signal: number of the signal that ended it; None if none did.
        timed_out: it was killed because its time was up.
        output: what it printed on both streams.
        truncated: it printed more than that.
        too_many: it was killed because it had too many processes.
    """

    status: int | None
    signal: int | None
    timed_out: bool
    output: bytes
    truncated: bool
    too_many: bool = False


class Box:
    """One sandbox. Use it as a context manager, or call `close`.

    Without namespaces its folders are below `root` on the machine, and programs see them there.
    """

    def __init__(
        self,
        isolation: str,
        limits: LimitsConfig,
        filter_program: bytes = b"",
        *,
        opener: Callable[[LimitsConfig, socket.socket, int], Confined] | None = None,
        parts_apart: bool = False,
    ) -> None:
        """Start the sandbox.

        Args:
            isolation: as `doctor.choose_isolation` says.
            limits: bounds of each program.
            filter_program: seccomp filter of parts (not of `command`); empty: none.
            opener: starts the agent, given a socket and a descriptor for complaints; None: by itself.
            parts_apart: parts can be kept apart here, it has been tried out.

        Raises:
            HostError: bubblewrap is missing.
        """
        self.isolation = isolation
        self.filter_program = filter_program
        self._limits = limits
        self._agent: Confined | None = None
        self._closed = False
        self._folder = None if isolation == FULL else other_user.folder(isolation)
        self.root = os.path.realpath(self._folder.name) if self._folder else ""
        self._conversation = Conversation()
        setup = {
            "root": self.root,
            "limits": rlimits(limits),
            "nested": "yes" if parts_apart else "try" if isolation == FULL else "no",
        }
        try:
            self._agent = self._conversation.begin(
                functools.partial(opener or functools.partial(spawn, isolation), limits),
                setup,
                filter_program,
            )
            if isolation != FULL:
                self.put(MODULES, archives.of_files(extension_modules()))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def parts_apart(self) -> bool:
        """Whether parts cannot look into each other's memory (each has a user namespace of its own)."""
        return bool(self._conversation.hello()["nested"])

    def start(
        self,
        argv: Sequence[str],
        *,
        cwd: str = "/work",
        env: Mapping[str, str] | None = None,
        terminal: bool = False,
        executable: bytes | None = None,
        umask: int = 0o022,
        filter_program: bytes = b"",
    ) -> Started:
        """Make a process that waits at the gate.

        Args:
            argv: the program, with its path, and its arguments.
            cwd: its working directory.
            env: variables besides the minimal environment.
            terminal: stdin and stdout are a terminal (its controlling one); stderr is a pipe all the same.
            executable: the program itself, an ELF file or Python source, which then exists nowhere in the
                sandbox; argv as if it did.
            umask: that it begins with.
            filter_program: the seccomp filter that it begins with; empty: that of the sandbox's parts.

        Returns:
            The process; the caller closes it.

        Raises:
            InternalError: the sandbox could not make it.
        """
        arguments, open_at = list(argv), -1
        if is_source(executable):
            arguments, open_at = python_from_descriptor(arguments), SOURCE_FD
        request = {
            "do": "start",
            "argv": arguments,
            "cwd": cwd,
            "env": MINIMAL_ENVIRONMENT | dict(env or {}),
            "terminal": terminal,
            "open_at": open_at,
            "umask": umask,
        }
        for _ in range(_START_ATTEMPTS):
            started = self._start(request, executable, filter_program, terminal=terminal)
            if started is not None:
                return started
        raise BoxError("a process could not be started: it was killed before it began")

    def _start(
        self, request: dict[str, Any], executable: bytes | None, filter_program: bytes, *, terminal: bool
    ) -> Started | None:
        with Offer(executable, terminal=terminal) as offer:
            fds = offer.theirs
            request = {**request, "fds": list(fds)}
            _, _, back = self._conversation.ask(request, filter_program, list(fds.values()))
            offer.sent(back)
            return offer.accept()

    def command(
        self,
        argv: Sequence[str],
        *,
        cwd: str = "/submission",
        env: Mapping[str, str] | None = None,
        time_s: float,
        output_max: int,
    ) -> CommandResult:
        """Run a command untraced, to its end, and end everything else in the sandbox then.

        Args:
            argv: the command, looked up in PATH.
            cwd: its working directory.
            env: variables besides PATH, HOME and LANG.
            time_s: wall-clock seconds it may take.
            output_max: bytes of its output (both streams) that are kept.

        Returns:
            How it ended; a command that cannot be executed ends with status 127.
        """
        environment = {name: MINIMAL_ENVIRONMENT[name] for name in ("PATH", "HOME", "LANG")}
        request = {
            "do": "command",
            "argv": list(argv),
            "cwd": cwd,
            "env": environment | dict(env or {}),
            "bounds": {
                "time_s": time_s,
                "output_max": output_max,
                "limits": command_rlimits(self._limits, time_s),
            },
        }
        answer, output, _ = self._conversation.ask(request, wait_s=time_s + ANSWER_S)
        return CommandResult(output=output, **answer)

    def put(self, folder: str, archive: bytes, *, clear: bool = False) -> None:
        """Unpack a tar archive (regular files and folders) into a folder; `clear` empties it before."""
        entries, contents = archives.unpack(archive)
        self._conversation.ask({"do": "put", "folder": folder, "entries": entries, "clear": clear}, contents)

    def collect(self, folder: str, size_max: int) -> bytes:
        """Return a folder's regular files as a tar archive.

        Raises:
            SubmissionError: they have more than `size_max` bytes.
        """
        try:
            answer, contents, _ = self._conversation.ask(
                {"do": "collect", "folder": folder, "size_max": size_max}
            )
        except BoxError as error:
            if error.number != errno.EFBIG:
                raise
            raise SubmissionError(
                f"the submission and what is built from it have more than {size_max // _MIB} MiB"
            ) from error
        return archives.pack(answer["entries"], contents)

    def read(self, path: str, size_max: int) -> bytes | None:
        """Return (the beginning of) a regular file, its path absolute or relative to /work; else None."""
        answer, content, _ = self._conversation.ask({"do": "read", "path": path, "size_max": size_max})
        return content if answer["found"] else None

    def inventory(self) -> tuple[Entry, ...]:
        """Return the objects that exist, sorted by kind and name.

        Those below /work are named relative to it, those in /tmp by their path, POSIX objects `/name`, and
        System V objects by their key in decimal. A symbolic link is a file with a target. `inode` is not
        the kernel's number but counts objects as this sandbox first saw them: it is the same in each run.
        """
        answer, _, _ = self._conversation.ask({"do": "inventory"})
        rows = ({**row, "kind": ObjectKind(row["kind"])} for row in answer["rows"])
        return tuple(Entry(**{**row, "values": tuple(row["values"])}) for row in rows)

    def create(
        self, kind: ObjectKind, name: str, content: bytes = b"", mode: int = 0o600,
        *, size: int = 0, values: Sequence[int] = (1,),
    ) -> None:  # fmt: skip
        """Make an object.

        Args:
            kind: file, directory, fifo, socket (one nobody listens at), or one of POSIX or System V.
            name: as in an inventory.
            content: of a file or shared memory; of a POSIX semaphore its value, 1 if empty; of a queue one
                message (System V: of type 1).
            mode: permission bits; a umask does not matter.
            size: of a System V segment, if it is larger than its content.
            values: of a System V set, one a member.

        Raises:
            BoxError: it exists already, or cannot be made.
        """
        how = {"mode": mode, "size": size, "values": list(values)}
        self._conversation.ask({"do": "create", "kind": kind, "name": name, **how}, content)

    def remove(self, kind: ObjectKind, name: str) -> None:
        """Remove an object; a folder with all it holds.

        Raises:
            BoxError: there is none.
        """
        self._conversation.ask({"do": "remove", "kind": kind, "name": name})

    def reboot(self) -> None:
        """Remove what the kernel keeps only while it runs, and what is in /tmp; no program may live."""
        self._conversation.ask({"do": "reboot"})

    def close(self) -> None:
        """End everything in the sandbox. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._conversation.close()  # the agent ends, and everything with it
        if self._agent is not None:
            self._agent.end()
        if self._folder is not None:
            self._folder.cleanup()
