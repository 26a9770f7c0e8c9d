"""What will be run: every scenario of an exercise, under which script, schedule and limits.

Pure: the same exercise, settings and arguments give the same plan, in the same order. A scenario gives one
script for each entry of `each`; a script is run under several schedules. In a script no `repeat` is left, no
repeated lines, and no variable that `each` or `repeat` binds; `${part.pid}` and `$$` are left to the
performance, when process ids are known.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from grader.catalogue.messages import unknown
from grader.model.config import Config, LimitsConfig
from grader.model.errors import UsageError
from grader.model.exercise import Exercise, Part, Repeat, Repeated, Scenario, Step
from grader.model.fault import Fault
from grader.model.limits import Limits
from grader.model.strict import Strict

FAIR = "fair"
RANDOM = "random"
DIRECTED = "directed"
PCT = "pct"
HURRIED = "hurried"
TOGETHER = "together"
DEFAULT = "default"

ADAPTIVE = frozenset({DEFAULT, DIRECTED, PCT})
"""Strategies that look at a fair run first."""

_DOLLAR = re.compile(r"\$\$|\$\{([^{}]*)\}|\$")
_LINE_NUMBER = "n"
_IN_SCENARIO = ("leaves", "requires", "forbids")
"""What else of a scenario a script's variables stand in."""

Anything = TypeVar("Anything")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A scenario with its variables bound and its loops written out.

    Attributes:
        bindings: the entry of `each` it is made for; empty if there is none.
        cast: who takes part.
        steps: what is done, in order; none of them is a `repeat`.
    """

    bindings: dict[str, str]
    cast: dict[str, Part]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """One run to be made.

    Attributes:
        exercise: its id.
        scenario: what the script was made from, with the variables of `each` bound in _IN_SCENARIO.
        script: what is done.
        script_index: which of the scenario's scripts it is, from 0.
        umask: that all parts begin with.
        slot: number of the run among those of its script, from 0.
        strategy: name of the scheduler; that of a run that is yet to be filled in (`fill`) may be `default`.
        seed: of the scheduler's choices.
        options: what else the scheduler is told.
        limits: bounds of the run.
        plain: of the submission's programs as they are, without the run-time that announces accesses.
        fault: what disturbs it; None: nothing.
        checks: the text of the exercise's own checks; empty if it has none.
    """

    exercise: str
    scenario: Scenario
    script: Script
    script_index: int
    umask: int = 0o022
    strategy: str
    seed: int
    limits: LimitsConfig
    slot: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)
    plain: bool = False
    fault: Fault | None = None
    checks: str = ""


def substitute(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of `${name}`; other variables and `$$` are left as they are.

    A lone dollar sign in a value is doubled, so that it still means itself in its new surroundings.
    """

    def replacement(match: re.Match[str]) -> str:
        value = values.get(match[1]) if match[1] is not None else None
        return match[0] if value is None else _DOLLAR.sub(_doubled, value)

    return _DOLLAR.sub(replacement, text)


def references(text: str) -> Iterator[str]:
    """Yield what stands between the braces of each `${...}` of a text; `{` for one that is not closed."""
    for match in _DOLLAR.finditer(text):
        if match[1] is not None:
            yield match[1]
        elif match[0] == "$" and text[match.end() :].startswith("{"):
            yield "{"


def expand(scenario: Scenario) -> tuple[Script, ...]:
    """Write a scenario out: one script for each entry of `each`, in their order.

    Args:
        scenario: as the author wrote it.

    Returns:
        The scripts; one with no bindings if there is no `each`.
    """
    return tuple(
        Script(
            bindings=dict(bindings),
            cast=_bound(scenario.cast, bindings),
            steps=tuple(_written_out(scenario.steps, bindings)),
        )
        for bindings in scenario.each or [{}]
    )


def make_plan(
    exercise: Exercise,
    config: Config,
    *,
    seed: int = 0,
    schedules: int | None = None,
    strategy: str | None = None,
    scenario_ids: Collection[str] | None = None,
) -> tuple[RunSpec, ...]:
    """Plan all runs of an exercise, in the order of its scenarios.

    Args:
        exercise: what is graded.
        config: the site's settings.
        seed: of the first schedule of each script; the next ones count up from it.
        schedules: how many for each script; None: what the exercise says, else the site. Two at least of a
            scenario that demands an overlap, for a single one could not decide it.
        strategy: name of a scheduler, or `default`; None: what the site says. With `default`, `directed` and
            `pct` the first run of each script is fair; the others are filled in when it was made: `filling`.
        scenario_ids: only these scenarios; None: all.

    Returns:
        The runs to be made.

    Raises:
        UsageError: the exercise has no such scenario.
    """
    known = [scenario.id for scenario in exercise.scenarios]
    for name in scenario_ids or ():
        if name not in known:
            raise UsageError(f"{exercise.id}: {unknown('scenario', name, known)}")
    count = schedules or exercise.schedules or config.exploration.schedules
    chosen = strategy or config.exploration.strategy
    limits = _limits(exercise.limits, config.limits)
    return tuple(
        RunSpec(
            exercise=exercise.id,
            scenario=_bound(scenario, script.bindings, only=_IN_SCENARIO),
            script=_with_terminals(script, exercise),
            script_index=index,
            umask=int(scenario.umask[offset % len(scenario.umask)], 8),
            strategy=name,
            seed=seed + offset,
            limits=limits,
            slot=offset,
            checks=exercise.checks,
        )
        for scenario in exercise.scenarios
        if scenario_ids is None or scenario.id in scenario_ids
        for index, script in enumerate(expand(scenario))
        for offset, name in enumerate(_strategies(chosen, max(count, _least(scenario))))
    )


def _with_terminals(script: Script, exercise: Exercise) -> Script:
    """Say of each part whether it has a terminal: what its role says, unless the scenario does."""
    cast = {
        name: part
        if part.terminal is not None
        else part.model_copy(update={"terminal": exercise.roles[part.role].terminal})
        for name, part in script.cast.items()
    }
    return replace(script, cast=cast)


def _least(scenario: Scenario) -> int:
    """Return how many schedules it takes at least: for an overlap it is looked in the second one."""
    return 1 if scenario.overlap is None else 2


def _strategies(strategy: str, count: int) -> list[str]:
    """Return the scheduler of each schedule of a script."""
    if strategy in ADAPTIVE:
        return [FAIR] + [strategy] * (count - 1)
    return [strategy] * count


def _limits(own: Limits, site: LimitsConfig) -> LimitsConfig:
    """Return the site's limits with those an exercise sets put over them."""
    return site.model_copy(update=own.model_dump(exclude_none=True))


def _doubled(match: re.Match[str]) -> str:
    return "$$" if match[0] == "$" else match[0]


def _written_out(steps: Sequence[Step], values: Mapping[str, str]) -> Iterator[Step]:
    """Yield steps with their loops unrolled and their variables bound."""
    for step in steps:
        if not isinstance(step, Repeat):
            yield _bound(step, values)
            continue
        loop = step.repeat
        for item in loop.over:
            value = substitute(item, values) if isinstance(item, str) else str(item)
            yield from _written_out(loop.steps, {**values, loop.as_: value})


def _bound(value: Anything, values: Mapping[str, str], *, only: Sequence[str] = ()) -> Anything:
    """Return a value with the variables in all its texts bound; of a model, `only` some fields'.

    What does not change is returned as it is, so that a model's record of which keys were given stays true.
    """
    result: Any = value
    if isinstance(value, str) and type(value) is str:  # an ObjectKind is a str too
        result = substitute(value, values)
    elif isinstance(value, list):
        result = [bound for item in value for bound in _bound_item(item, values)]
    elif isinstance(value, dict):
        result = {key: _bound(item, values) for key, item in value.items()}
    elif isinstance(value, Strict):
        names = only or type(value).model_fields
        old = {name: getattr(value, name) for name in names}
        new = {name: _bound(item, values) for name, item in old.items()}
        changes = {name: item for name, item in new.items() if item != old[name]}
        result = value.model_copy(update=changes) if changes else value
    return result  # type: ignore[no-any-return]


def _bound_item(item: object, values: Mapping[str, str]) -> Iterator[object]:
    """Yield an entry of a list; of repeated lines, each line as often as it stands."""
    if not isinstance(item, Repeated):
        yield _bound(item, values)
        return
    for number in range(item.first, item.first + item.repeat):
        for line in item.lines:
            yield _bound(line, {**values, _LINE_NUMBER: str(number)})
