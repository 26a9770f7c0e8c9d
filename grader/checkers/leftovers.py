"""Check `leftovers`: objects that are still there after all is done.

Judged only where the script came to its end, and only for objects whose users all ended in their own way:
what a killed or a still running program leaves is no fault.
"""

from __future__ import annotations

from typing import Any

from grader.checkers._lines import resolver
from grader.checkers._objects import (
    READING,
    SYSTEM_V,
    called,
    creator,
    described,
    made_by_script,
    maker,
    mode_of,
    persistence,
    uses,
)
from grader.checkers._processes import died_of_signal, killed_one_by_one, killed_parts
from grader.checkers.base import Spec, alive, failed, finished, located
from grader.model.exercise import Absent
from grader.model.history import Entry, History, ObjectKind, Op
from grader.model.verdict import Finding

RULE = "Whoever makes an object removes it when nobody needs it any more."


def check(history: History, spec: Spec) -> list[Finding]:
    """Report objects the script wants gone, and at the end of a run those that were not there before."""
    findings = []
    for op, step, observed in failed(history, spec, Absent):
        name = resolver(history, op.index)(step.absent.name)
        entry = _entry(history, step.absent.kind, name, observed)
        findings.append(_finding(history, entry, creator(history, entry.kind, name), (op.index,)))
    if finished(history):
        for entry in _left(history, spec):
            made = creator(history, entry.kind, entry.name)
            if _ours(history, spec, entry, made):
                findings.append(_finding(history, entry, made, ()))
    return findings


def _entry(history: History, kind: ObjectKind, name: str, observed: Any) -> Entry:
    """Return what is known of an object the script wants gone; the run ended with it still there."""
    seen = Entry(kind=kind, name=name, mode=mode_of(observed) or 0, uid=None)
    return next((entry for entry in history.after if (entry.kind, entry.name) == (kind, name)), seen)


def _left(history: History, spec: Spec) -> list[Entry]:
    """Return what is there and was not there before, but for what the scenario leaves and Python's caches."""
    before = {_key(entry) for entry in history.before}
    resolve = resolver(history, len(history.ops))
    allowed = {(ref.kind, resolve(ref.name)) for ref in spec.scenario.leaves} | made_by_script(history, spec)
    return [
        entry
        for entry in history.after
        if _key(entry) not in before
        and (entry.kind, entry.name) not in allowed
        and "__pycache__" not in entry.name
    ]


def _key(entry: Entry) -> tuple[ObjectKind, str, int]:
    """Identify an entry by its name; System V objects without a key by themselves."""
    private = entry.kind in SYSTEM_V and entry.name in {"", "0"}
    return entry.kind, entry.name, entry.inode if private else 0


def _ours(history: History, spec: Spec, entry: Entry, made: Op | None) -> bool:
    """Whether an object is left by the submission, all of whose parts that used it ended by themselves."""
    used = [op for op in uses(history, entry.kind, entry.name) if op.part]
    users = {op.part for op in used}
    killed = killed_one_by_one(history)
    if (made is not None and made.pid in killed) or (used and all(op.pid in killed for op in used)):
        return False
    excused = {*spec.scenario.stays, *killed_parts(history, spec), *died_of_signal(history)}
    excused.update(part for part in users if alive(history, part))
    if users & excused:
        return False
    return any(history.submitted(part) for part in users) or (made is None and not users)


def _finding(history: History, entry: Entry, made: Op | None, ops: tuple[int, ...]) -> Finding:
    own = made if made is not None and history.submitted(made.part) else None
    return Finding(
        check="leftovers",
        message=f"{called(entry)} is left behind ({described(entry)}){maker(history, made)}.",
        why=f"{RULE} {persistence(entry.kind)}",
        read=READING.get(entry.kind, "man 2 unlink"),
        part=own.part if own else "",
        pid=own.pid if own else 0,
        ops=(*((made.index,) if made else ()), *ops),
        **located(own),
    )
