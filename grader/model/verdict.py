"""What judging a submission yields: findings, outcomes, points."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique


@unique
class Outcome(StrEnum):
    """Of one scenario, or of a whole submission."""

    PASSED = "passed"
    FAILED = "failed"  # always with at least one finding
    INCONCLUSIVE = "inconclusive"  # the evidence does not decide
    SKIPPED = "skipped"  # not run; the explanation names what it depends on
    ERROR = "error"  # the grader's own fault; never costs marks silently


# A witness stays a witness: a failure is reported even if something else went wrong with the grader.
_WORST_FIRST = (Outcome.FAILED, Outcome.ERROR, Outcome.INCONCLUSIVE, Outcome.PASSED, Outcome.SKIPPED)


def merge(outcomes: list[Outcome]) -> Outcome:
    """Combine outcomes of parts into that of the whole: failed, error, inconclusive, passed, skipped.

    An empty list is PASSED: there was nothing that could fail.
    """
    return min(outcomes, key=_WORST_FIRST.index, default=Outcome.PASSED)


@unique
class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"  # the scenario fails
    ADVICE = "advice"  # told to the student, costs nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One violation, with the operations that witness it.

    Attributes:
        check: the check's id: one of docs/checks.md (`deadlock`, `leftovers`, ...), or of the exercise's own.
        severity: error or advice.
        part: the name in the cast of the process concerned; empty if no single one.
        pid: process id inside the sandbox; 0 if no single process.
        ops: indices into the history of the operations that witness it; may be empty.
        message: one sentence: what happened.
        why: one sentence: why it is wrong.
        read: what to read, e.g. `man 7 fifo`.
        file: source file relative to the submission; empty if unknown.
        line: 1-based source line; 0 if unknown.
        effects: findings this one explains; listed under it, not beside it.
    """

    check: str
    message: str
    why: str
    read: str = ""
    severity: Severity = Severity.ERROR
    part: str = ""
    pid: int = 0
    ops: tuple[int, ...] = ()
    file: str = ""
    line: int = 0
    effects: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """One scenario, judged over all schedules it ran under.

    Attributes:
        id, title, hidden, hint: as in the exercise.
        outcome: merged over the runs.
        points, points_max: points are all or nothing for a scenario.
        schedules: number of runs that were judged.
        explored: one sentence on what was tried, e.g. "1 fair and 20 random schedules".
        findings: errors first; empty unless failed (advice may stand in a passed one).
        explanation: for inconclusive, skipped and error: why; else empty.
        run: file name, inside the run directory, of the history shown; empty if none was kept.
        replay: file name, inside the run directory, of the counterexample; empty if there is none.
        switches: context switches of that counterexample; 0 if there is none.
        plain: the run shown is of the programs without the run-time that announces accesses.
        seed: the seed of the run shown.
        left: what was there at the end of the run shown and not before, wanted or not: one text an object.
        time_s: wall-clock seconds spent on this scenario.
    """

    id: str
    title: str
    outcome: Outcome
    points: float
    points_max: float
    schedules: int
    explored: str = ""
    hidden: bool = False
    hint: str = ""
    findings: tuple[Finding, ...] = ()
    explanation: str = ""
    run: str = ""
    replay: str = ""
    switches: int = 0
    plain: bool = False
    seed: int = 0
    left: tuple[str, ...] = ()
    time_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The result for one submission.

    Attributes:
        exercise: exercise id.
        title: exercise title.
        submission: path as the user gave it.
        isolation: the level reached, e.g. `full` or a weaker level's name; reports always show it.
        seed: the seed the schedules were derived from.
        build: findings of the build step (check id `build`); an error here fails every scenario.
        build_log: compiler output, decoded and capped; empty if there was none.
        scenarios: in the order of the exercise.
        sources: text of the submission's source files by relative name, for excerpts.
        run_dir: where plan, histories and this verdict are kept; empty if not kept.
    """

    exercise: str
    title: str
    submission: str
    isolation: str
    seed: int
    build: tuple[Finding, ...] = ()
    build_log: str = ""
    scenarios: tuple[ScenarioResult, ...] = ()
    sources: dict[str, str] = field(default_factory=dict)
    run_dir: str = ""

    @property
    def points(self) -> float:
        """Points reached."""
        return sum(scenario.points for scenario in self.scenarios)

    @property
    def points_max(self) -> float:
        """Points that can be reached."""
        return sum(scenario.points_max for scenario in self.scenarios)

    @property
    def outcome(self) -> Outcome:
        """The scenarios' outcomes, merged."""
        return merge([scenario.outcome for scenario in self.scenarios])
