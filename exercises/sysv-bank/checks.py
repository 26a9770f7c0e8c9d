"""What a teller holds while it moves money."""

from collections import defaultdict
from typing import Any

from grader.authoring import Call, Finding, History, Op, Spec, calls, ends, finding, finished, parts, stores

LONG = 8

# From the taking of a semaphore to its giving back.
Span = tuple[Call, Call]


def holding(history: History, spec: Spec) -> list[Finding]:
    """During a transfer a teller holds the semaphores of both accounts.

    A semaphore is held from the operation that changes it with SEM_UNDO to the one after which all that the
    process has changed is taken back: so it does not matter whether 1 or 0 means free. What is never given
    back is no lock, or one of which a deadlock tells. Of others that are held for a moment before the money
    moves, as who takes both accounts under a lock of its own does, nothing is said; nor of a teller that is
    alone, where who takes one account only is told later what comes of it.
    """
    found: list[Finding] = []
    for part in parts(history, "bank") if finished(history) else []:
        _, accounts, tellers, transfers = [*spec.script.cast[part].args, "0", "0", "0", "0"][:4]
        if "0" in (accounts, transfers) or "1" in (accounts, tellers):
            continue
        well = {end.pid for end in ends(history, part=part) if end.value("status") == 0}
        for pid, spans in sorted(_spans(history, part).items()):
            if history.processes[pid].main:
                continue
            most = max((taken.start for taken, _ in spans), key=lambda op: _held(spans, op))
            if pid in well and _held(spans, most) == 1:
                message = "It never holds two semaphores at once: a transfer needs those of both accounts."
                found.append(finding(history, message, most, read="man 2 semop"))
    return found


def longs(history: History, spec: Spec) -> list[Finding]:
    """The segment holds the balances as longs, one after the other."""
    for pid, process in sorted(history.processes.items()):
        written = [
            touch
            for touch in stores(history, part=process.part)
            if touch.op.pid == pid and touch.item.startswith("sysv-shared-memory:")
        ]
        sizes = {touch.size for touch in written}
        if sizes and not process.main and max(sizes) < LONG:
            message = (
                f"It writes {' or '.join(map(str, sorted(sizes)))} bytes, and a balance is a long of {LONG}."
            )
            return [finding(history, message, written[0].op, read="man 2 shmget")]
    return []


def _spans(history: History, part: str) -> dict[int, list[Span]]:
    change: defaultdict[tuple[int, str, int], int] = defaultdict(int)
    taken: dict[tuple[int, str, int], Call] = {}
    spans: defaultdict[int, list[Span]] = defaultdict(list)
    for call in calls(history, "semop", part=part):
        steps: Any = call.value("ops", []) if call.ok else []
        for step in steps:
            which = (call.pid, call.start.object or "", step["num"])
            change[which] += step["op"]
            if change[which] and "SEM_UNDO" in step["flags"]:
                taken.setdefault(which, call)
            elif not change[which] and which in taken:
                spans[call.pid].append((taken.pop(which), call))
    return spans


def _held(spans: list[Span], at: Op) -> int:
    return sum(taken.start.index <= at.index < back.start.index for taken, back in spans)
