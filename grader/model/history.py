"""The record of one run: operations in total order, the objects they touched, and how it ended.

The run stage writes it; the checkers read it and nothing else. The words are Jepsen's: an operation is
invoked, and later is `ok` (it took effect), `fail` (it did not) or `info` (its end is unknown: it was
still blocked when the run ended).

A history contains nothing that differs between two runs of the same submission, scenario and seed:
process ids are those inside the sandbox's pid namespace, kernel objects are numbered in order of first
appearance, time is virtual.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum, unique
from typing import Any, TypeAlias

from grader.model.schedule import Switch

HISTORY_VERSION = 1
"""Raised whenever a stored history of an older version could be misread."""

Json: TypeAlias = str | int | float | bool | list[Any] | dict[str, Any] | None


@unique
class OpType(StrEnum):
    """Where an operation stands."""

    INVOKE = "invoke"
    OK = "ok"
    FAIL = "fail"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """One transition of one operation.

    Attributes:
        index: position in the history, from 0.
        time_ns: virtual time since the run began.
        part: name in the cast; empty for acts of the script.
        pid, tid: inside the sandbox; 0 for acts of the script.
        type: see OpType. Events without duration (a signal delivered, an exit) are `ok` alone.
        f: the call in POSIX terms (`read`, `semop`, `mq_receive`, `open`), an announcement of the shim
            (`sem_wait`, `load`, `store`), or one of the events `fork`, `exec`, `exit`, `deliver` (a signal
            reaches its target), `stop`, `continue`, `output`, `spin`, and for the script: the step's word.
        object: id of the object in History.objects; empty if none.
        value: arguments and what was transferred, by POSIX parameter name; `data` is text in latin-1.
        result: return value; None on invoke.
        error: errno name of a failed call (`EAGAIN`); empty otherwise.
        blocked: the caller slept in the kernel (or was held behind a rival) before this end of the call.
        invoked: index of the matching invoke; None on an invoke and on events.
        file, line: the source line in the program's own code that made the call; empty and 0 if unknown.
    """

    index: int
    time_ns: int
    part: str
    pid: int
    tid: int
    type: OpType
    f: str
    object: str = ""
    value: Mapping[str, Json] = field(default_factory=dict)
    result: int | None = None
    error: str = ""
    blocked: bool = False
    invoked: int | None = None
    file: str = ""
    line: int = 0


@unique
class ObjectKind(StrEnum):
    """Kinds of kernel object, in the words of POSIX."""

    FILE = "file"
    DIRECTORY = "directory"
    PIPE = "pipe"
    FIFO = "fifo"
    SOCKET = "socket"
    TERMINAL = "terminal"
    SHARED_MEMORY = "shared-memory"  # POSIX
    SEMAPHORE = "semaphore"  # POSIX, named
    QUEUE = "queue"  # POSIX
    SYSV_SHARED_MEMORY = "sysv-shared-memory"
    SYSV_SEMAPHORE = "sysv-semaphore"  # a set
    SYSV_QUEUE = "sysv-queue"
    MAPPING = "mapping"  # anonymous shared mapping
    FUTEX = "futex"
    MEMORY = "memory"  # of one process, seen by its threads
    TIMER = "timer"
    EVENT = "event"  # eventfd, epoll, signalfd
    DEVICE = "device"
    PROCESS = "process"
    SIGNAL = "signal"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """A kernel object of a run.

    Attributes:
        id: `<kind>:<name>` with a generation (`fifo:a.fifo`, then `fifo:a.fifo@2` after unlink and reuse), or
            `<kind>:<number>` in order of appearance for nameless ones.
        kind: what it is.
        name: as the student knows it: the path relative to the working directory, `/name`, the key in
            decimal, `stdin of alice`; empty for nameless ones.
    """

    id: str
    kind: ObjectKind
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process of a run.

    Attributes:
        pid: inside the sandbox.
        parent: pid of the process that forked it; 0 for the main process of a part.
        part: name in the cast.
        orphaned: its parent ended before it did.
        main: it is the process the script started (the parent of all others of its part).
    """

    pid: int
    parent: int
    part: str
    main: bool
    orphaned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CastMember:
    """Who played a part: the role's name and `submission` or `reference`."""

    role: str
    by: str
    terminal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One object of an inventory: what exists in the sandbox at a moment.

    Attributes:
        kind, name: as in Object.
        mode: permission bits, e.g. 0o600.
        uid: owner, inside the sandbox; None if it is not known.
        size: bytes; for System V sets the number of semaphores; for queues the messages waiting.
        inode: distinguishes an object from its successor of the same name; of System V objects their id.
        target: of a symbolic link; empty otherwise.
        values: of a semaphore, or of those of a System V set; empty otherwise.
    """

    kind: ObjectKind
    name: str
    mode: int = 0
    uid: int | None = 0
    size: int = 0
    inode: int = 0
    target: str = ""
    values: tuple[int, ...] = ()


@unique
class EndReason(StrEnum):
    """Why a run was over."""

    FINISHED = "finished"  # the script is done
    STUCK = "stuck"  # the script waits for something that can no longer happen: all are blocked
    UNMET = "unmet"  # the script found something else than it demands
    LIMIT = "limit"  # a limit was reached; `limit` names it
    CRASHED = "crashed"  # the run could not go on; a fault of the grader


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A thread that had not ended when the run was over.

    Attributes:
        part, pid, tid: who.
        state: `blocked` (asleep in the kernel, or held behind a rival for the same object), `stopped` (job
            control), `running` (was still executing), `zombie` (ended, not waited for by its parent).
        op: index of the pending invoke; None if it was in no call.
        holds: descriptors open at the end as (fd, object id, access) with access `r`, `w` or `rw`.
    """

    part: str
    pid: int
    tid: int
    state: str
    op: int | None = None
    holds: tuple[tuple[int, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """How a run ended.

    Attributes:
        reason: see EndReason.
        step: index of the script's step at that moment (in the expanded list); None if the script was done.
        limit: for LIMIT: `cpu`, `events`, `processes`, `output`, `time` (virtual) or `wall`.
        detail: a sentence for people; for `cpu` where the program spins.
        waiting: everybody who had not ended.
    """

    reason: EndReason
    step: int | None = None
    limit: str = ""
    detail: str = ""
    waiting: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that is known of one run.

    `ops[i].index == i`; `schedule` is who was chosen to go on when; all parts began with `umask`.
    """

    ops: tuple[Op, ...]
    objects: Mapping[str, Object]
    processes: Mapping[int, Process]
    cast: Mapping[str, CastMember]
    before: tuple[Entry, ...]
    after: tuple[Entry, ...]
    end: RunEnd
    schedule: tuple[Switch, ...] = ()
    umask: int = 0o022

    def of(self, part: str) -> Iterator[Op]:
        """Operations of one part, in order."""
        return (op for op in self.ops if op.part == part)

    def on(self, object_id: str) -> Iterator[Op]:
        """Operations on one object, in order."""
        return (op for op in self.ops if op.object == object_id)

    def submitted(self, part: str) -> bool:
        """Whether the part was played by the submission."""
        member = self.cast.get(part)
        return member is not None and member.by == "submission"

    def invoke_of(self, op: Op) -> Op:
        """Return the invoke that `op` ends, or `op` itself if it has none."""
        return op if op.invoked is None else self.ops[op.invoked]

    def dump(self) -> str:
        """Serialise as JSON lines: a header, one line an operation, the end. See `load_history`."""
        header = {
            "version": HISTORY_VERSION,
            "objects": [asdict(value) for value in self.objects.values()],
            "processes": [asdict(value) for value in self.processes.values()],
            "cast": {name: asdict(member) for name, member in self.cast.items()},
            "before": [asdict(value) for value in self.before],
            "after": [asdict(value) for value in self.after],
            "end": asdict(self.end),
            "schedule": [[switch.after, switch.step, switch.to] for switch in self.schedule],
            "umask": self.umask,
        }
        lines = [json.dumps(header)]
        lines.extend(json.dumps(_op_to_json(op)) for op in self.ops)
        return "\n".join(lines) + "\n"


def _op_to_json(op: Op) -> dict[str, Any]:
    """Leave out what is empty; written out, for it is done for every operation of every run."""
    row: dict[str, Any] = {"index": op.index, "time_ns": op.time_ns, "part": op.part, "pid": op.pid}
    row |= {"tid": op.tid, "type": op.type, "f": op.f}
    if op.object:
        row["object"] = op.object
    if op.value:
        row["value"] = dict(op.value)
    if op.result is not None:
        row["result"] = op.result
    if op.error:
        row["error"] = op.error
    if op.blocked:
        row["blocked"] = True
    if op.invoked is not None:
        row["invoked"] = op.invoked
    if op.file:
        row["file"] = op.file
    if op.line:
        row["line"] = op.line
    return row
