"""Deciding the demands of a script from the state of the run; pure but for looking at the sandbox."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.mechanisms.signal import signal_name
from grader.model.exercise import Blockage, ExitSignal, ObjectState, Pattern
from grader.model.history import Entry, Object, ObjectKind
from grader.scenarios.outputs import Decision, fill, text_of
from grader.tracer.objects import Objects
from grader.tracer.recorder import Recorder
from grader.tracer.task import Process, State, Task

_SLEEPS = frozenset({"nanosleep"})
_SAME_CALL = {
    "waitpid": "wait", "wait4": "wait", "waitid": "wait", "recvfrom": "recv", "recvmsg": "recv",
    "mq_timedreceive": "mq_receive", "mq_timedsend": "mq_send", "semtimedop": "semop", "ppoll": "poll",
    "pselect": "select", "sigwaitinfo": "sigwait", "sigtimedwait": "sigwait", "sleep": "nanosleep",
    "usleep": "nanosleep", "sem_timedwait": "sem_wait", "accept4": "accept",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a blocked thread waits in."""

    pid: int
    call: str
    objects: tuple[str, ...]


def waiting_in(task: Task, recorder: Recorder) -> tuple[str, tuple[str, ...]]:
    """Return (call, ids of the objects) a blocked thread waits in; ("", ()) if it is in no call."""
    index = task.waits_in
    if index is None:
        return "", ()
    row = recorder.row(index)
    several = row["value"].get("objects")
    objects = tuple(several) if several else (row["object"],)
    return row["f"], tuple(name for name in objects if name)


def blocked_threads(
    tasks: list[Task], part: str, recorder: Recorder
) -> list[tuple[Task, str, tuple[str, ...]]]:
    """Return the threads of a part that are asleep in a call, or held behind a rival for it."""
    found = []
    for task in tasks:
        if task.part == part and task.state in (State.BLOCKED, State.HELD, State.SLEEPING):
            call, objects = waiting_in(task, recorder)
            found.append((task, call, objects))
    return found


def decide_blocked(
    demand: Blockage,
    tasks: list[Task],
    recorder: Recorder,
    objects: Objects,
    variables: Mapping[str, str],
) -> tuple[Decision, list[dict[str, Any]]]:
    """Decide `blocked`, and tell where everybody of the part is."""
    wanted_calls = {_SAME_CALL.get(call, call) for call in demand.call}
    wanted_object = fill(demand.object, variables)
    fitting: set[int] = set()
    for task, call, ids in blocked_threads(tasks, demand.part, recorder):
        call_fits = call in wanted_calls if wanted_calls else call not in _SLEEPS
        if call_fits and (not wanted_object or any(_named(objects, i, wanted_object) for i in ids)):
            fitting.add(task.process.pid)
    observed = [
        {
            "pid": task.process.pid,
            "state": task.state.name.lower(),
            "call": waiting_in(task, recorder)[0],
            "object": ", ".join(_name(objects.known.get(i)) for i in waiting_in(task, recorder)[1]),
        }
        for task in tasks
        if task.part == demand.part and task.state is not State.DEAD
    ]
    return (Decision.MET if len(fitting) >= demand.processes else Decision.NOT_YET), observed


def _name(known: Object | None) -> str:
    return "" if known is None else known.name or known.id


def _named(objects: Objects, identity: str, wanted: str) -> bool:
    """Whether an object is the one an author means; `stdin` is that of the part itself."""
    known = objects.known.get(identity)
    if known is None:
        return False
    if wanted in ("stdin", "terminal"):
        return known.name.startswith((f"{wanted} of ", "terminal of "))
    return wanted in (known.name, known.id, known.kind.value, *objects.names.get(identity, ()))


def how_ended(process: Process | None) -> dict[str, Any]:
    """Tell how a part's main process stands."""
    if process is None:
        return {"state": "not started"}
    if not process.dead:
        return {"state": "running"}
    status = process.exit_status or 0
    if os.WIFSIGNALED(status):
        return {"state": "signaled", "signal": signal_name(os.WTERMSIG(status))}
    return {"state": "exited", "status": os.WEXITSTATUS(status)}


def decide_exit(wanted: list[int | ExitSignal | str], seen: Mapping[str, Any]) -> Decision:
    """Decide `exit` for one part."""
    if seen["state"] == "running":
        return Decision.NOT_YET
    for way in wanted:
        if isinstance(way, ExitSignal):
            if seen.get("signal") == f"SIG{way.signal}":
                return Decision.MET
        elif way == "nonzero":
            if seen.get("status", 0) != 0 or "signal" in seen:
                return Decision.MET
        elif seen.get("status") == way:
            return Decision.MET
    return Decision.NEVER


def find(inventory: tuple[Entry, ...], kind: ObjectKind, name: str) -> Entry | None:
    """Return the object of a kind and name, or None."""
    return next((entry for entry in inventory if entry.kind is kind and entry.name == name), None)


def decide_present(
    wanted: ObjectState,
    inventory: tuple[Entry, ...],
    read: Callable[[str], bytes | None],
    variables: Mapping[str, str],
) -> tuple[Decision, dict[str, Any] | None]:
    """Decide `present`, and tell what the object is like; None if there is none."""
    name = fill(wanted.name, variables)
    entry = find(inventory, wanted.kind, name)
    if entry is None:
        other = next((entry for entry in inventory if entry.name == name), None)
        seen = (
            None if other is None else {"kind": other.kind.value, "name": name, "mode": f"{other.mode:04o}"}
        )
        return Decision.NOT_YET, seen
    observed: dict[str, Any] = {
        "kind": entry.kind.value,
        "name": name,
        "mode": f"{entry.mode:04o}",
        "size": entry.size,
    }
    fits = wanted.mode is None or int(wanted.mode, 8) == entry.mode
    fits = fits and (wanted.size is None or wanted.size == entry.size)
    if wanted.content is not None:
        content = text_of(read(name) or b"")
        observed["content"] = content[:2000]
        fits = fits and _content_fits(content, wanted.content, variables)
    return (Decision.MET if fits else Decision.NOT_YET), observed


def _content_fits(content: str, wanted: str | Pattern, variables: Mapping[str, str]) -> bool:
    if isinstance(wanted, Pattern):
        escaped = {name: re.escape(value) for name, value in variables.items()}
        return re.fullmatch(fill(wanted.regex, escaped), content, re.DOTALL) is not None
    return content == fill(wanted, variables)


def signal_number(name: str) -> int:
    """Return the number of a signal given without SIG."""
    return int(signal.Signals[f"SIG{name}"])
