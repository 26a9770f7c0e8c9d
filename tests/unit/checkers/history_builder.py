"""Histories as short stories: who did what, one line an op."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from grader.model.exercise import Part, Scenario, Step
from grader.model.history import (
    CastMember,
    EndReason,
    Entry,
    History,
    Object,
    ObjectKind,
    Op,
    OpType,
    Process,
    RunEnd,
    Waiting,
)
from grader.model.verdict import Finding

MS = 1_000_000
_STEPS: TypeAdapter[list[Step]] = TypeAdapter(list[Step])


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    cast: Mapping[str, Part]
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """Stands in for `planning.RunSpec`."""

    exercise: str
    scenario: Scenario
    script: Script
    strategy: str = "fair"


class Story:
    """Collects ops; `history` and `spec` are what a checker is given.

    Each part of `cast` is played by the submission, unless its name ends in `_ref`. Its main process has the
    pid 10, 20, 30, ... in the order of the cast; children are announced by `fork`.
    """

    def __init__(
        self,
        *cast: str,
        steps: Sequence[Mapping[str, Any]] = (),
        args: Mapping[str, list[str]] | None = None,
        **scenario: Any,
    ) -> None:
        names = cast or ("alice",)
        players = {name: "reference" if name.endswith("_ref") else "submission" for name in names}
        self.ops: list[Op] = []
        self.objects: dict[str, Object] = {}
        self.time_ns = 0
        self.before: list[Entry] = []
        self.after: list[Entry] = []
        self.waiting: list[Waiting] = []
        self.reason = EndReason.FINISHED
        self.step: int | None = None
        self.limit = self.detail = ""
        self.pids = {name: 10 * (i + 1) for i, name in enumerate(names)}
        self.processes = {
            pid: Process(pid=pid, parent=0, part=name, main=True) for name, pid in self.pids.items()
        }
        self.cast = {name: CastMember(role=name, by=players[name]) for name in names}
        parts = {name: Part(role=name, by=players[name], args=(args or {}).get(name, [])) for name in names}
        performed = _STEPS.validate_python(list(steps))
        self.spec = RunSpec(
            exercise="story",
            scenario=Scenario(
                id="story",
                title="A story",
                points=1,
                hint="",
                cast=parts,
                steps=performed or _STEPS.validate_python([{"start": list(names)}]),
                **scenario,
            ),
            script=Script(cast=parts, steps=performed),
        )

    @property
    def history(self) -> History:
        return History(
            ops=tuple(self.ops),
            objects=self.objects,
            processes=self.processes,
            cast=self.cast,
            before=tuple(self.before),
            after=tuple(self.after),
            end=RunEnd(
                reason=self.reason,
                step=self.step,
                limit=self.limit,
                detail=self.detail,
                waiting=tuple(self.waiting),
            ),
        )

    def object(self, kind: ObjectKind, name: str = "") -> str:
        number = len([item for item in self.objects.values() if item.kind is kind]) + 1
        identity = f"{kind.value}:{name or number}"
        self.objects[identity] = Object(id=identity, kind=kind, name=name)
        return identity

    def stdin(self, part: str = "alice") -> str:
        return self.object(ObjectKind.PIPE, f"stdin of {part}")

    def terminal(self, part: str = "alice") -> None:
        member = self.cast[part]
        self.cast[part] = CastMember(role=member.role, by=member.by, terminal=True)

    def _add(self, pid: int, kind: OpType, f: str, **fields: Any) -> int:
        part = self.processes[pid].part if pid else ""
        line = fields.get("line", 0)
        op = Op(
            index=len(self.ops),
            time_ns=self.time_ns,
            part=part,
            pid=pid,
            tid=fields.pop("tid", 0) or pid,
            type=kind,
            f=f,
            file=f"{part}.c" if line else "",
            **fields,
        )
        self.ops.append(op)
        return op.index

    def invoke(
        self, pid: int, f: str, item: str = "", /, *, line: int = 0, tid: int = 0, **value: Any
    ) -> int:
        return self._add(pid, OpType.INVOKE, f, object=item, line=line, value=value, tid=tid)

    def ok(self, invoked: int, result: int = 0, *, blocked: bool = False, **value: Any) -> int:
        return self._end(invoked, OpType.OK, result=result, blocked=blocked, value=value)

    def fail(self, invoked: int, error: str, *, blocked: bool = False, **value: Any) -> int:
        return self._end(invoked, OpType.FAIL, result=-1, error=error, blocked=blocked, value=value)

    def _end(self, invoked: int, kind: OpType, **fields: Any) -> int:
        start = self.ops[invoked]
        same = {"object": start.object, "line": start.line, "tid": start.tid}
        return self._add(start.pid, kind, start.f, invoked=invoked, **same, **fields)

    def call(
        self,
        pid: int,
        f: str,
        item: str = "",
        /,
        *,
        result: int = 0,
        error: str = "",
        blocked: bool = False,
        line: int = 0,
        tid: int = 0,
        ok: Mapping[str, Any] | None = None,
        **value: Any,
    ) -> int:
        """A call from its invoke to its end; return the index of the end."""
        invoked = self.invoke(pid, f, item, line=line, tid=tid, **value)
        if error:
            return self.fail(invoked, error, blocked=blocked)
        return self.ok(invoked, result, blocked=blocked, **(ok or {}))

    def event(self, pid: int, f: str, /, *, line: int = 0, **value: Any) -> int:
        return self._add(pid, OpType.OK, f, line=line, value=value)

    def access(
        self,
        pid: int,
        f: str,
        item: str,
        /,
        *,
        offset: int = 0,
        size: int = 8,
        line: int = 0,
        tid: int = 0,
        **value: Any,
    ) -> int:
        """An access to shared memory, as the run-time announces it."""
        told = {"offset": offset, "size": size, **value}
        return self._add(pid, OpType.OK, f, object=item, line=line, value=told, tid=tid)

    def fork(self, pid: int, child: int, *, line: int = 0) -> int:
        self.processes[child] = Process(pid=child, parent=pid, part=self.processes[pid].part, main=False)
        return self.call(pid, "fork", line=line, ok={"child": child})

    def exec(self, pid: int, path: str, *argv: str, **value: Any) -> int:
        return self.call(pid, "exec", path=path, argv=list(argv or (path,)), **value)

    def exits(self, pid: int, status: int = 0, **value: Any) -> int:
        return self.event(pid, "exit", status=status, **value)

    def dies(self, pid: int, signal: str, sender: int | str = "kernel", **value: Any) -> int:
        told = {"signal": signal, "action": "fatal", "from": sender}
        self._add(pid, OpType.OK, "deliver", value=told)
        return self.event(pid, "exit", signal=signal, core=False, **value)

    def prints(self, pid: int, data: str, stream: str = "stdout", *, line: int = 0) -> int:
        printed = self.event(pid, "output", stream=stream, data=data, line=line)
        # It is read from the other end of a pipe: the process is known, the thread is not.
        self.ops[printed] = replace(self.ops[printed], tid=0)
        return printed

    def sleeps(self, pid: int, ms: int, *, line: int = 0) -> int:
        invoked = self.invoke(pid, "nanosleep", line=line, duration_ns=ms * MS)
        self.time_ns += ms * MS
        return self.ok(invoked, blocked=True)

    def performs(self, step: int, word: str, **value: Any) -> int:
        """An act of the script, or a demand that is met."""
        return self._add(0, OpType.OK, word, value={"step": step, **value})

    def took(self, step: int, part: str, got: str, stream: str = "stdout") -> int:
        """An `expect` that is met."""
        return self.performs(step, "expect", part=part, stream=stream, got=got)

    def unmet(self, step: int, word: str, observed: Any, reason: EndReason = EndReason.UNMET) -> int:
        """A demand of the script that is not met; the run ends with it."""
        self.reason, self.step = reason, step
        return self._add(0, OpType.FAIL, word, value={"step": step, "observed": observed})

    def got(
        self, step: int, part: str, got: str, reason: EndReason = EndReason.UNMET, stream: str = "stdout"
    ) -> int:
        """An `expect` that is not met; the run ends with it."""
        self.reason, self.step = reason, step
        value = {"step": step, "part": part, "stream": stream, "got": got}
        return self._add(0, OpType.FAIL, "expect", value=value)

    def asleep(self, pid: int, op: int, *holds: tuple[int, str, str], tid: int = 0) -> None:
        part = self.processes[pid].part
        self.waiting.append(
            Waiting(part=part, pid=pid, tid=tid or pid, state="blocked", op=op, holds=tuple(holds))
        )

    def remains(self, pid: int, state: str) -> None:
        self.waiting.append(Waiting(part=self.processes[pid].part, pid=pid, tid=pid, state=state))

    def left(
        self, kind: ObjectKind, name: str, mode: int = 0o600, size: int = 0, inode: int = 1, *values: int
    ) -> None:
        entry = Entry(kind=kind, name=name, mode=mode, uid=1000, size=size, inode=inode, values=values)
        self.after.append(entry)

    def was_there(self, kind: ObjectKind, name: str, mode: int = 0o600, inode: int = 1) -> None:
        self.before.append(Entry(kind=kind, name=name, mode=mode, inode=inode))
        self.after.append(Entry(kind=kind, name=name, mode=mode, inode=inode))

    def limited(self, limit: str) -> None:
        self.reason, self.limit = EndReason.LIMIT, limit


def told(findings: Sequence[Finding]) -> list[str]:
    """The findings' messages."""
    return [finding.message for finding in findings]
