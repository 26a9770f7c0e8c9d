"""Judges one run: from its history to findings, and to what else the search for schedules needs of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

from grader import store
from grader.catalogue.checks import load_checks
from grader.checkers import compose
from grader.checkers._kept_out import kept_out
from grader.checkers._objects import remaining
from grader.checkers._sections import meetings, most_inside, stretches
from grader.costs import cost_of
from grader.model.history import History
from grader.model.schedule import SCRIPT_NAME, Act
from grader.model.section import Overlap
from grader.model.verdict import Finding, Severity
from grader.planning import DIRECTED, RunSpec
from grader.scheduling.conflicts import Contention, acts, contention, turned

Way: TypeAlias = tuple[Act, Act]
"""How a thread went through a section: what printed the line of entering, and that of leaving."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One run that was made and judged.

    Attributes:
        spec: the run.
        findings: errors first.
        history: compressed, as `store` keeps it; empty if the run could not be made.
        contention: what could have come in another order; only of the first run of a script.
        inside: how many were inside the scenario's `overlap` at once; 0 if it has none.
        ways: how each thread went through that section for the first time.
        strangers: the threads that did not, and made none that did.
        kept_out: that who is inside keeps the others out of it, if the run shows it; it proves it if whoever
            could go on was let go on before those inside.
        turned: of a directed run: whether the pair came in the other order.
        left: what was left at its end, in words.
        undecided: why it proves nothing, neither for nor against; empty otherwise.
        error: why it could not be made or judged, which is the grader's fault; empty otherwise.
        cost_s: what it costs on any machine, in seconds of a usual one; it counts against the budget.
        time_s: wall-clock seconds.
    """

    spec: RunSpec
    findings: tuple[Finding, ...] = ()
    history: bytes = b""
    contention: Contention | None = None
    turned: bool = False
    inside: int = 0
    ways: tuple[Way, ...] = ()
    strangers: tuple[str, ...] = ()
    kept_out: Finding | None = None
    left: tuple[str, ...] = ()
    undecided: str = ""
    error: str = ""
    cost_s: float = 0.0
    time_s: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether the submission is to blame for something."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def checks(self) -> frozenset[str]:
        """Ids of the checks it failed."""
        return frozenset(finding.check for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def effects(self) -> frozenset[str]:
        """Ids of the checks that these explain."""
        return frozenset(effect.check for finding in self.findings for effect in finding.effects)


def judge(history: History, spec: RunSpec, tolerates: Collection[str]) -> Judged:
    """Judge one run.

    Raises:
        InternalError: a checker failed.
    """
    findings = compose.judge(history, spec, tolerates, load_checks(spec.exercise, spec.checks))
    section = spec.scenario.overlap
    ways, strangers = _ways(history, section) if section else ((), ())
    return Judged(
        spec=spec,
        findings=tuple(findings),
        history=store.compress(history),
        contention=contention(history, _meetings(history, spec)) if spec.slot == 0 else None,
        turned=_turned(history, spec),
        inside=most_inside(history, section) if section else 0,
        ways=ways,
        strangers=strangers,
        kept_out=kept_out(history, section) if section else None,
        undecided=compose.undecided(history, findings),
        left=remaining(history),
        cost_s=cost_of(history),
    )


def _meetings(history: History, spec: RunSpec) -> list[tuple[int, int]]:
    return [
        (leave.index, enter.index)
        for section in spec.scenario.exclusive
        for leave, enter in meetings(stretches(history, section))
    ]


def _ways(history: History, section: Overlap) -> tuple[tuple[Way, ...], tuple[str, ...]]:
    """Name the first way of each thread through a section, and the threads that have nothing to do with it.

    Who has not left it does so by no known act.
    """
    names = acts(history)
    found: dict[str, Way] = {}
    for way in stretches(history, section):
        enter = names.get(way.enter.index) if way.enter else None
        leave = names.get(way.leave.index) if way.leave else None
        if enter is not None:
            found.setdefault(enter.name, (enter, leave or Act(enter.name, "", 0)))
    threads = {act.name for act in names.values()} - {SCRIPT_NAME}
    kin = {name for name in threads if any(_made(name, inside) for inside in found)}
    return tuple(found.values()), tuple(sorted(threads - kin))


def _made(name: str, other: str) -> bool:
    """Whether a thread is another one, or its process one of that one's ancestors."""
    return other == name or other.startswith((f"{name}/", f"{name}:"))


def _turned(history: History, spec: RunSpec) -> bool:
    if spec.strategy != DIRECTED:
        return False
    return turned(history, Act(*spec.options["hold"]), Act(*spec.options["until"]))
