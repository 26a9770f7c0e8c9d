"""Makes one grading of a batch, in a process that does nothing else: from a task to a result."""

from __future__ import annotations

import errno
import functools
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader import __version__
from grader.batch.model import TEACHER, Result, Status, Task
from grader.batch.scratch import scratch
from grader.catalogue.load import FILE_NAME, load_exercise
from grader.config import EXERCISES_NAME, reference_of, site_root
from grader.counterexample import digest_of_exercise
from grader.executors.build import executors
from grader.executors.tree import SourceTree, printable, read_tree
from grader.model.config import BuildConfig, Config
from grader.model.errors import GraderError, SubmissionError
from grader.model.exercise import Exercise
from grader.model.verdict import Outcome, ScenarioResult, Severity, Verdict
from grader.pipeline import Request, grade
from grader.reporters import json as json_report
from grader.reporters import junit, terminal
from grader.reporters.base import Render
from grader.reporters.progress import Silent

Grade = Callable[[Task], Result]

_PATIENCE = 10
"""By how much a batch is more patient with the wall clock than a single check: it shares the machine."""
_MESSAGE_MAX = 300
_NAMES_MAX = 5
_BAD_NAME = (errno.ENAMETOOLONG, errno.EINVAL, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.EILSEQ)
_REPORTS: dict[str, Render] = {
    "report.txt": terminal.to_text,
    "report.json": json_report.render,
    "report.xml": junit.render,
}


class MismatchError(GraderError):
    """A worker has another grader, or another exercise, than the batch."""


@functools.cache
def fingerprint() -> str:
    """Return what tells this grader from any other: its version, and its sources."""
    root = Path(__file__).resolve().parents[1]
    sources = sorted(path for path in root.rglob("*") if path.suffix in {".py", ".c", ".h"})
    digest = hashlib.sha256()
    for path in sources:
        digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return f"{__version__} {digest.hexdigest()[:16]}"


@functools.cache
def find_exercise(name: str, site: str) -> tuple[Exercise, Path, str]:
    """Return an exercise, the folder of its reference, and a digest of both.

    Args:
        name: its id.
        site: folder with `exercises/`; empty: where this process finds it.

    Raises:
        GraderError: there is none, or it is not as it should be.
    """
    root = Path(site) if site else site_root()
    folder = root / EXERCISES_NAME / name
    exercise = load_exercise(folder / FILE_NAME)
    reference = reference_of(folder)
    digest = hashlib.sha256(digest_of_exercise(exercise).encode())
    peers = reference / "peers"
    if peers.is_dir():
        tree = read_tree(peers, BuildConfig())
        for file in sorted(tree.files):
            digest.update(f"{file}\0".encode("utf-8", "surrogateescape") + tree.files[file] + b"\0")
    return exercise, reference, digest.hexdigest()


def patient(config: Config) -> Config:
    """Return settings under which it does not matter how many share the machine.

    Verdicts depend on counts and on CPU time; the wall clock is only a last resort. That bound is
    moved so far that a busy machine does not reach it before an idle one would.
    """
    return config.model_copy(
        update={
            "exploration": config.exploration.model_copy(
                update={"patience": config.exploration.patience * _PATIENCE, "jobs": 1}
            ),
            "limits": config.limits.model_copy(update={"wall_s": config.limits.wall_s * _PATIENCE}),
            "build": config.build.model_copy(update={"time_s": config.build.time_s * _PATIENCE}),
        }
    )


def grade_task(task: Task) -> Result:
    """Grade a submission. What goes wrong is told in the result.

    Raises:
        MismatchError: this is not the grader, or not the exercise, that the batch means.
    """
    began = time.monotonic()
    if task.fingerprint and task.fingerprint != fingerprint():
        raise MismatchError(f"a worker runs grader {fingerprint()}, the batch {task.fingerprint}")
    exercise, reference, digest = find_exercise(task.exercise, task.site)
    if digest != task.digest:
        raise MismatchError(f"a worker has another {task.exercise} than the batch")
    try:
        with scratch() as folder:
            result = _graded(task, exercise, reference, folder)
    except SubmissionError as error:
        result = Result(status=Status.UNREADABLE, reason=str(error))
    except GraderError as error:
        result = Result(status=Status.ERROR, reason=str(error), transient=True)
    except OSError as error:
        result = Result(status=Status.ERROR, reason=f"{type(error).__name__}: {error}", transient=True)
    except Exception as error:
        result = Result(status=Status.ERROR, reason=f"{type(error).__name__}: {error}")
    return replace(result, seconds=time.monotonic() - began)


def _graded(task: Task, exercise: Exercise, reference: Path, folder: Path) -> Result:
    submission = folder / "submission"
    _written(task, submission)
    check_programs(read_tree(submission, task.config.build), exercise.written)
    verdict = grade(
        Request(
            exercise=exercise,
            reference=reference,
            submission=submission,
            config=patient(task.config),
            seed=task.seed,
            schedules=task.schedules,
            jobs=1,
            runs=folder / "runs",
        ),
        Silent(),
    )
    return result_of(verdict, task.label)


def check_programs(tree: SourceTree, roles: Sequence[str]) -> None:
    """Refuse what holds none of the programs: a text, a picture, another week's work. That is no zero.

    Raises:
        SubmissionError: it does; says what it holds.
    """
    if not roles or any(executor.roles(tree, roles) for executor in executors()):
        return
    names = sorted(map(printable, tree.files))
    more = f" and {len(names) - _NAMES_MAX} more" if len(names) > _NAMES_MAX else ""
    raise SubmissionError(
        f"it has none of the programs ({', '.join(roles)}), only {', '.join(names[:_NAMES_MAX])}{more}"
    )


def _written(task: Task, folder: Path) -> None:
    folder.mkdir()
    for name, data in task.files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(task.modes.get(name, 0o644) | 0o600)
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno not in _BAD_NAME:
                raise
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise SubmissionError(f"a file in it has a name that cannot be: {reason}") from error


def result_of(verdict: Verdict, label: str) -> Result:
    """Return what is kept of a verdict: points, a row a scenario, all reports, and the counterexamples."""
    shown = replace(verdict, submission=label, run_dir="")
    undecided = [s for s in verdict.scenarios if s.outcome in (Outcome.ERROR, Outcome.INCONCLUSIVE)]
    files = {name: render(shown, reveal_hidden=False) for name, render in _REPORTS.items()}
    files |= {TEACHER + name: render(shown, reveal_hidden=True) for name, render in _REPORTS.items()}
    for scenario in verdict.scenarios:
        if scenario.replay and verdict.run_dir:
            name = f"{TEACHER if scenario.hidden else ''}{scenario.replay}"
            files[name] = _replay(Path(verdict.run_dir) / scenario.replay, label)
    return Result(
        status=Status.UNDECIDED if undecided else Status.GRADED,
        reason="; ".join(f"{s.id}: {s.explanation or s.outcome.value}"[:_MESSAGE_MAX] for s in undecided),
        points=verdict.points,
        points_max=verdict.points_max,
        scenarios=tuple(map(scenario_row, verdict.scenarios)),
        files=files,
        transient=any(scenario.outcome is Outcome.ERROR for scenario in undecided),
    )


def _replay(path: Path, label: str) -> str:
    """Return a counterexample that does not tell in which folder it was found."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    document["submission"] = label
    return json.dumps(document, indent=1) + "\n"


def scenario_row(scenario: ScenarioResult) -> dict[str, Any]:
    """Return what the pages of a class show of a scenario."""
    found = [finding for finding in scenario.findings if finding.severity is Severity.ERROR]
    return {
        "id": scenario.id,
        "title": scenario.title,
        "outcome": scenario.outcome.value,
        "points": scenario.points,
        "points_max": scenario.points_max,
        "hidden": scenario.hidden,
        "seconds": round(scenario.time_s, 3),
        "partial": "explored in part" in scenario.explored,
        "findings": [
            {"check": f.check, "message": f.message[:_MESSAGE_MAX], "file": f.file, "line": f.line}
            for f in found
        ],
    }
