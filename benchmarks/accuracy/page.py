"""Writes docs/accuracy.md from what is measured."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.accuracy.journal import Row
from benchmarks.accuracy.tasks import Budget, Task
from benchmarks.measure import ROOT
from grader.model.exercise import CHECKS

_COMMAND = "python -m benchmarks.accuracy"

_STATUS_WIDTH = 3
_CHANGES_SHOWN = 5

_PAGE = """# How often the grader is right

Made by `{command}` from the solutions that come with the exercises; do not edit. It takes
hours, can be stopped at any time and goes on where it was. The tables show what was measured of the present
state of each solution, of its exercise and of the grader.

| | |
|---|---|
| written | {date} |
| commit | {commit} |
| machine | {machine} |
| measured | {measured} of {all} rows |
| of right solutions | {right_measured} of {right} rows: a scenario under some of the seeds |
| of mutants | {mutants_measured} of {mutants} |

## Right programs accused

References and accepted variants, written in different styles and all right. Each script of each scenario is
run under {seeds} random schedules, one for each seed, with no limit of time; some are of the program without
instrumentation. Its faults are tried at up to {faults} points. A *grading* is one solution under one seed, in
all scenarios; it is an *accusation* if any of its runs fails any check. *Inconclusive* counts the scenarios
of solutions in which something could not be decided, or not be run. The aim of both is 0.

{right_table}

{accusations}
## Wrong programs caught

Every mutant is a program with one mistake, kept with an exercise in a folder that names the check that must
catch it. It counts as *caught* if that check fails it, and as *exactly* if besides no other check does and
nothing is left undecided. It is graded as a submission is, with no limit of time, until that check has failed
it. The aim is all. A check without a mutant is not shown by any exercise.

{mutant_table}

{missed}"""


def write_page(path: Path, tasks: Sequence[Task], rows: Mapping[str, Row], budget: Budget) -> None:
    """Write the page.

    Args:
        path: of the page.
        tasks: all there is to measure.
        rows: what was measured, by the tasks' keys.
        budget: how thoroughly right solutions were graded.
    """
    right = [task for task in tasks if not task.solution.check]
    mutants = [task for task in tasks if task.solution.check]
    path.write_text(
        _PAGE.format(
            command=_COMMAND,
            date=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            commit=_commit(),
            machine=_machine(),
            measured=_measured(tasks, rows),
            all=len(tasks),
            right_measured=_measured(right, rows),
            right=len(right),
            mutants_measured=_measured(mutants, rows),
            mutants=len(mutants),
            seeds=budget.seeds,
            faults=budget.faults,
            right_table=right_table(right, rows),
            accusations=_list("Accusations and what was not decided", _blamed(right, rows)),
            mutant_table=mutant_table(mutants, rows),
            missed=_list("Mutants not caught exactly", _missed(mutants, rows)),
        ),
        encoding="utf-8",
    )


def right_table(right: Iterable[Task], rows: Mapping[str, Row]) -> str:
    """Return the table of right solutions: one row an exercise, and the sum of all.

    A grading counts when all its scenarios are measured; runs, accusations and doubts count at once.
    """
    lines = [
        "| exercise | solutions | gradings measured | runs | accusations | inconclusive |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    total: Counter[str] = Counter()
    for name, own in _grouped(right, lambda task: task.exercise.id).items():
        counts: Counter[str] = Counter()
        for of_one in _grouped(own, lambda task: f"{task.solution.kind} {task.solution.name}").values():
            counts["solutions"] += 1
            counts += _counted(of_one, rows)
        lines.append(_right_row(name, counts))
        total += counts
    return "\n".join([*lines, _right_row("**all**", total)])


def _counted(of_one: Iterable[Task], rows: Mapping[str, Row]) -> Counter[str]:
    """Count what was measured of one solution."""
    counts: Counter[str] = Counter()
    accused: set[str] = set()
    for block in _grouped(of_one, lambda task: str(task.seeds)).values():
        found = [rows[task.key] for task in block if task.key in rows]
        seeds = len(block[0].seeds)
        counts["all"] += seeds
        counts["measured"] += seeds if len(found) == len(block) else 0
        counts["runs"] += sum(row.runs for row in found)
        counts["undecided"] += sum(bool(row.undecided) for row in found)
        accused |= {_seed(place) or str(block[0].seeds) for row in found for place in row.accused}
    counts["accused"] = len(accused)
    return counts


def _right_row(name: str, counts: Mapping[str, int]) -> str:
    return (
        f"| {name} | {counts['solutions']} | {counts['measured']} of {counts['all']} | {counts['runs']} | "
        f"{counts['accused']} | {counts['undecided']} |"
    )


def _seed(place: str) -> str:
    """Return which seed an accusation is of, from how it is told; faults are those of the first."""
    return place.partition("seed ")[2].split(",")[0].split(":")[0]


def mutant_table(mutants: Iterable[Task], rows: Mapping[str, Row]) -> str:
    """Return the table of mutants: one row a check, and the sum of all."""
    lines = ["| check | caught | exactly | measured | mutants |", "|---|--:|--:|--:|--:|"]
    total: Counter[str] = Counter()
    by_check = _grouped(mutants, lambda task: task.solution.check)
    for check in sorted({*CHECKS, *by_check}):
        own = by_check.get(check, [])
        counts: Counter[str] = Counter(all=len(own))
        for task in own:
            row = rows.get(task.key)
            if row is not None:
                counts["measured"] += 1
                counts["caught"] += check in caught_by(row.got)
                counts["exactly"] += row.got == check
        lines.append(_mutant_row(check, counts))
        total += counts
    return "\n".join([*lines, _mutant_row("**all**", total)])


def _mutant_row(check: str, counts: Mapping[str, int]) -> str:
    return f"| {check} | {counts['caught']} | {counts['exactly']} | {counts['measured']} | {counts['all']} |"


def caught_by(got: str) -> frozenset[str]:
    """Return the checks in what a mutant got, as `grader selftest` says it."""
    return frozenset(part for part in got.split(", ") if ":" not in part)


def _blamed(right: Iterable[Task], rows: Mapping[str, Row]) -> Iterator[str]:
    for task in right:
        row = rows.get(task.key)
        for told in (*row.accused, *row.undecided) if row else ():
            yield f"`{task.name}`, {task.scenario}: {_inline(told)}"


def _missed(mutants: Iterable[Task], rows: Mapping[str, Row]) -> Iterator[str]:
    for task in mutants:
        row = rows.get(task.key)
        if row is not None and row.got != task.solution.check:
            told = ", ".join((row.got, *row.undecided))
            yield f"`{task.name}`: {_inline(told)}"


def _inline(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _list(title: str, entries: Iterable[str]) -> str:
    lines = [f"- {entry}" for entry in entries]
    return "\n".join([f"### {title}", "", *(lines or ["None."]), ""])


def _grouped(tasks: Iterable[Task], name: Callable[[Task], str]) -> dict[str, list[Task]]:
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        groups.setdefault(name(task), []).append(task)
    return groups


def _measured(tasks: Iterable[Task], rows: Mapping[str, Row]) -> int:
    return sum(task.key in rows for task in tasks)


def _commit() -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout

    status = git("status", "--porcelain", "--", "grader", "exercises", "reference")
    changed = [line[_STATUS_WIDTH:] for line in status.splitlines()]
    changes = f", with changes in {', '.join(changed[:_CHANGES_SHOWN])}" if changed else ""
    more = " and more" if len(changed) > _CHANGES_SHOWN else ""
    return f"{git('rev-parse', '--short', 'HEAD').strip() or 'unknown'}{changes}{more}"


def _machine() -> str:
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next((line.split(":", 1)[1].strip() for line in info.splitlines() if "model name" in line), "")
    return (
        f"{os.cpu_count()} cores{f' ({model})' if model else ''}, Linux {platform.release()}, "
        f"CPython {platform.python_version()}"
    )
