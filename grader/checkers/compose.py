"""Run all checkers over a history, and put the causes before their effects.

One mistake shows in many places: who is deadlocked prints nothing, does not end, and leaves things behind. A
student is told the cause; what it explains is listed under it. Findings stand side by side only if neither
explains the other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader import registry
from grader.checkers._custom import EXPLAINS, CustomCheck, ask
from grader.checkers._faults import blame
from grader.checkers.base import Spec
from grader.model.errors import InternalError
from grader.model.exercise import CHECKS
from grader.model.history import EndReason, History
from grader.model.verdict import Finding, Severity

ORDER: tuple[str, ...] = (
    "mechanism", "build", "crash", "signal-safety", "lost-wakeup", "lock-misuse", "race", "atomicity",
    "mutual-exclusion", "descriptors", "peer-death", "interruption", "partial-io", "crash-safety", "deadlock",
    "polling", "limits", "sleep-sync", "starvation", "overlap", "ordering", "blocking", "access", "reaping",
    "leftovers", "persistence", "exit-status", "output",
)  # fmt: skip
"""All checks, causes first. A finding can only be explained by one that stands before it."""

_SYMPTOMS = frozenset({"output", "ordering", "exit-status", "persistence", "leftovers", "blocking"})
"""What goes wrong in the end, whatever the reason."""

_HALTS = frozenset({"deadlock", "limits", "starvation", "overlap"})
"""How a run comes to no end."""

_BROKEN = _SYMPTOMS | _HALTS | {"sleep-sync", "reaping"}

_EXPLAINS: Mapping[str, frozenset[str]] = {
    "mechanism": frozenset(CHECKS) - {"mechanism"},
    "build": frozenset(CHECKS) - {"build", "mechanism"},
    "crash": _BROKEN | {"mutual-exclusion", "peer-death", "crash-safety"},
    "signal-safety": _BROKEN,
    "lost-wakeup": _SYMPTOMS | _HALTS,
    "lock-misuse": _BROKEN | {"race", "atomicity", "mutual-exclusion"},
    "race": _BROKEN | {"atomicity", "mutual-exclusion"},
    "atomicity": _BROKEN | {"mutual-exclusion"},
    "mutual-exclusion": _BROKEN,
    "descriptors": _SYMPTOMS | _HALTS | {"peer-death"},
    "peer-death": _SYMPTOMS | _HALTS,
    "interruption": _SYMPTOMS | _HALTS,
    "partial-io": _SYMPTOMS | _HALTS,
    "crash-safety": _SYMPTOMS | _HALTS,
    "deadlock": _SYMPTOMS | {"starvation", "overlap"},
    "polling": _SYMPTOMS | {"limits"},
    "limits": _SYMPTOMS | {"starvation", "overlap"},
    "sleep-sync": frozenset({"output", "ordering", "reaping", "exit-status"}),
    "starvation": _SYMPTOMS,
    "overlap": _SYMPTOMS,
    "ordering": frozenset(),
    "blocking": frozenset(),
    "access": frozenset(),
    "reaping": frozenset({"output"}),
    "exit-status": frozenset({"output"}),
    "leftovers": frozenset(),
    "persistence": frozenset(),
    "output": frozenset(),
}
"""Which findings a finding explains, if `_related` agrees."""

_SHOWN = "This is the mistake that is to be shown here, so it costs nothing."

_ENDLESS = frozenset({"events", "time"})
"""Limits that a loop of vain tries reaches."""


def judge(
    history: History, spec: Spec, tolerates: Collection[str] = (), custom: Sequence[CustomCheck] = ()
) -> list[Finding]:
    """Judge one run.

    Args:
        history: what happened.
        spec: what was run.
        tolerates: checks that do not apply in the exercise; those of the scenario are added.
        custom: the checks that the exercise brings along.

    Returns:
        Findings, causes first, each with its effects; errors before advice.

    Raises:
        InternalError: a checker failed, or broke a rule of checkers. Its silence would be a pass.
    """
    dropped = {*tolerates, *spec.scenario.tolerates}
    findings: list[Finding] = []
    for name, check in registry.load("grader.checkers", "check").items():
        if name not in dropped:
            findings.extend(
                finding for finding in _run(name, check, history, spec) if finding.check not in dropped
            )
    for own in custom:
        if own.id not in dropped:
            findings.extend(ask(own, history, spec))
    found = blame(arrange(findings, history, custom), history)
    return to_be_shown(found, spec.scenario.shows)


def _run(name: str, check: Callable[[History, Spec], Any], history: History, spec: Spec) -> list[Finding]:
    try:
        found = check(history, spec)
    except Exception as error:
        raise InternalError(f"the checker {name!r} failed: {error!r}") from error
    for finding in found:
        if finding.check not in ORDER:
            raise InternalError(f"the checker {name!r} reported {finding.check!r}, which is no check")
    return list(found)


def arrange(
    findings: Iterable[Finding], history: History, custom: Sequence[CustomCheck] = ()
) -> list[Finding]:
    """Put causes first and under each what it explains; say nothing twice."""
    places = {**{check: float(place) for place, check in enumerate(ORDER)}, **_places(custom)}
    explained = {**_EXPLAINS, **{check.id: check.explains for check in custom}}
    ranked = sorted(_distinct(findings), key=lambda finding: _rank(finding, history, places))
    roots: list[int] = []
    for i, finding in enumerate(ranked):
        cause = next((j for j in range(i) if explains(ranked[j], finding, history, explained)), i)
        roots.append(roots[cause] if cause < i else i)
    return [_with_effects(i, ranked, roots) for i in range(len(ranked)) if roots[i] == i]


def _places(custom: Sequence[CustomCheck]) -> dict[str, float]:
    """Return the places of an exercise's own checks in ORDER: each just before what it explains, or could."""
    places = {}
    for number, check in enumerate(custom, 1):
        first = min(ORDER.index(effect) for effect in check.explains or EXPLAINS)
        places[check.id] = first - 1 + number / (len(custom) + 1)
    return places


def _with_effects(i: int, ranked: list[Finding], roots: list[int]) -> Finding:
    effects = tuple(finding for j, finding in enumerate(ranked) if roots[j] == i and j != i)
    return replace(ranked[i], effects=(*ranked[i].effects, *effects))


def _rank(finding: Finding, history: History, places: Mapping[str, float]) -> tuple[bool, float]:
    word = "crash-safety" if _took_away(finding, history) else finding.check
    return finding.severity is not Severity.ERROR, places[word]


def _took_away(finding: Finding, history: History) -> bool:
    """Whether an object was taken from others in the middle of a run: a cause, not what the script found."""
    return finding.check == "persistence" and bool(finding.ops) and history.ops[finding.ops[-1]].pid != 0


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    seen: dict[tuple[str, str, str, str], Finding] = {}
    for finding in findings:
        seen.setdefault((finding.check, finding.severity, finding.part, finding.message), finding)
    return list(seen.values())


def undecided(history: History, findings: Collection[Finding]) -> str:
    """Say why a run proves nothing: it was broken off, and no finding says through whose fault. Else ""."""
    if history.end.reason is EndReason.FINISHED or any(f.severity is Severity.ERROR for f in findings):
        return ""
    if history.end.reason is EndReason.LIMIT:
        return f"a run reached the limit `{history.end.limit}`, and nothing proves through whose fault"
    return f"a run was broken off ({history.end.reason.value}), and nothing proves through whose fault"


def to_be_shown(findings: Sequence[Finding], shows: Collection[str]) -> list[Finding]:
    """Make advice of the mistake that a program is to show; what it explains costs nothing either."""
    told = [
        replace(finding, severity=Severity.ADVICE, why=_SHOWN)
        if finding.check in shows and finding.severity is Severity.ERROR
        else finding
        for finding in findings
    ]
    return sorted(told, key=lambda finding: finding.severity is not Severity.ERROR)


def is_shown(finding: Finding) -> bool:
    """Whether a finding is of a mistake that was to be shown."""
    return finding.why == _SHOWN


def explains(
    cause: Finding, effect: Finding, history: History, explained: Mapping[str, frozenset[str]] = _EXPLAINS
) -> bool:
    """Whether one finding explains another, so that it is told under it.

    What an exercise's own check finds is explained by whatever explains wrong output, and by no other of
    its own.
    """
    if cause.check not in _EXPLAINS and effect.check not in _EXPLAINS:
        return False
    kind = effect.check if effect.check in _EXPLAINS else "output"
    if _took_away(cause, history):
        return kind in _SYMPTOMS | {"deadlock"}
    if _took_away(effect, history):
        return cause.check in {"mechanism", "build"}
    if cause.severity is not Severity.ERROR or kind not in explained[cause.check]:
        return False
    if cause.check == "polling":
        endless = history.end.reason is EndReason.LIMIT and history.end.limit in _ENDLESS
        return endless or (effect.check == "blocking" and effect.part == cause.part)
    if cause.check == "exit-status":
        return effect.part == cause.part
    if cause.check == "sleep-sync" and effect.check in {"reaping", "exit-status"}:
        return effect.part == cause.part  # who wakes too early also leaves too early
    if cause.check == "reaping":  # whoever leaves before his children does not see what they do
        return _left_too_early(cause, history) and effect.part in {cause.part, ""}
    return True


def _left_too_early(reaping: Finding, history: History) -> bool:
    """Whether a parent ended, or went on after its last wait, while a child still did something."""
    ends = [history.ops[index] for index in reaping.ops if history.ops[index].f == "exit"]
    for end in ends:
        zombies = end.value.get("zombies")
        waited = [op.index for op in history.ops[: end.index] if op.pid == end.pid and op.f == "wait"]
        late = (op for op in history.ops[waited[-1] : end.index] if op.f == "exit") if waited else ()
        if end.value.get("orphans") or any(
            op.pid in zombies for op in late if isinstance(zombies, list | tuple)
        ):
            return True
    return False
