"""Keeps runs on disk, so that they can be looked at, judged again and replayed.

A folder per grading: `plan.json` before anything runs, a history per run as soon as it has ended, the verdict
after judging. Histories are JSON lines (docs/history.md), compressed.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.model.errors import UsageError
from grader.model.history import History
from grader.model.loading import load_history

STORE_VERSION = 2
SUFFIX = ".jsonl.gz"
_PLAN = "plan.json"
_VERDICT = "verdict.json"
_FOLDER = re.compile(r"^(?P<exercise>[a-z][a-z0-9-]*)-(?P<number>\d{4,})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """Which run a stored history is of.

    Attributes:
        scenario: its id.
        script_index: which script of the scenario.
        slot: which run of the script.
        strategy, seed: the schedule.
        file: name of the history in the folder.
    """

    scenario: str
    script_index: int
    slot: int
    strategy: str
    seed: int
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan:
    """What a folder of stored runs is about."""

    exercise: str
    submission: str
    isolation: str
    seed: int
    runs: tuple[StoredRun, ...]


class RunFolder:
    """A folder of stored runs."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @staticmethod
    def create(root: Path, exercise: str, keep: int) -> RunFolder | None:
        """Make a new folder for a grading, and remove the oldest ones beyond `keep`.

        Args:
            root: where all stored runs are.
            exercise: id, part of the folder's name.
            keep: folders that are kept, the new one included; 0: nothing is stored.

        Returns:
            The folder; None if nothing is to be stored.

        Raises:
            UsageError: it cannot be made there.
        """
        if keep == 0:
            return None
        try:
            root.mkdir(parents=True, exist_ok=True)
            known = sorted(_folders(root))
            number = known[-1][0] + 1 if known else 1
            while True:
                path = root / f"{exercise}-{number:04d}"
                try:
                    path.mkdir()
                    break
                except FileExistsError:
                    number += 1
            for _number, old in known[: max(len(known) + 1 - keep, 0)]:
                shutil.rmtree(old, ignore_errors=True)
        except OSError as error:
            raise UsageError(f"runs cannot be stored in {root}: {error.strerror}") from error
        return RunFolder(path)

    def save_plan(self, plan: StoredPlan) -> None:
        """Write what will be run, before it is."""
        document = {
            "version": STORE_VERSION,
            "exercise": plan.exercise,
            "submission": plan.submission,
            "isolation": plan.isolation,
            "seed": plan.seed,
            "runs": [
                {
                    "scenario": run.scenario,
                    "script_index": run.script_index,
                    "slot": run.slot,
                    "strategy": run.strategy,
                    "seed": run.seed,
                    "file": run.file,
                }
                for run in plan.runs
            ],
        }
        self._write(_PLAN, json.dumps(document, indent=1).encode())

    def add_runs(self, runs: Sequence[StoredRun]) -> None:
        """Add runs that follow from what the planned ones did.

        Raises:
            UsageError: the folder holds no plan.
        """
        if runs:
            plan = self.load_plan()
            self.save_plan(replace(plan, runs=(*plan.runs, *runs)))

    def save_history(self, file: str, compressed: bytes) -> None:
        """Write the history of a run that has ended (`compress`)."""
        self._write(file, compressed)

    def save_counterexample(self, file: str, text: str) -> None:
        """Write a schedule under which a scenario fails (`counterexample`)."""
        self._write(file, text.encode())

    def save_verdict(self, text: str) -> None:
        """Write the verdict, in the JSON of docs/report-format.md."""
        self._write(_VERDICT, text.encode())

    def load_plan(self) -> StoredPlan:
        """Read what was run.

        Raises:
            UsageError: the folder is not one of stored runs.
        """
        try:
            document = json.loads((self.path / _PLAN).read_text())
        except FileNotFoundError:
            raise UsageError(f"{self.path} is not a folder of stored runs: it has no {_PLAN}") from None
        except (OSError, ValueError) as error:
            raise UsageError(f"{self.path / _PLAN} cannot be read: {error}") from error
        if not isinstance(document, dict) or document.get("version") != STORE_VERSION:
            raise UsageError(f"{self.path / _PLAN} was written by another version of the grader")
        return _plan(document)

    def load_history(self, file: str) -> History | None:
        """Read a history; None if that run did not come to its end.

        Raises:
            UsageError: the file is damaged.
        """
        path = self.path / file
        if not path.exists():
            return None
        return read_history(path)

    def _write(self, name: str, data: bytes) -> None:
        target = self.path / name
        temporary = target.with_name(f".{name}.partial")
        try:
            temporary.write_bytes(data)
            temporary.replace(target)
        except OSError as error:
            raise UsageError(f"{target} cannot be written: {error.strerror}") from error


def compress(history: History) -> bytes:
    """Return the bytes of a history's file; the same for equal histories."""
    return gzip.compress(history.dump().encode("utf-8", "surrogateescape"), compresslevel=3, mtime=0)


def decompress(data: bytes) -> History:
    """Return the history that `compress` made these bytes of.

    Raises:
        ValueError: they are no history, or one of another version.
    """
    text = gzip.decompress(data).decode("utf-8", "surrogateescape")
    return load_history(text.splitlines())


def read_history(path: Path) -> History:
    """Read one stored history.

    Raises:
        UsageError: there is none, or it is damaged.
    """
    try:
        return decompress(path.read_bytes())
    except FileNotFoundError:
        raise UsageError(f"there is no {path}") from None
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is not a stored history: {error}") from error


def _folders(root: Path) -> list[tuple[int, Path]]:
    found = []
    with os.scandir(root) as entries:
        for entry in entries:
            match = _FOLDER.match(entry.name)
            if match and entry.is_dir(follow_symlinks=False):
                found.append((int(match["number"]), Path(entry.path)))
    return found


def _plan(document: Mapping[str, Any]) -> StoredPlan:
    return StoredPlan(
        exercise=document["exercise"],
        submission=document["submission"],
        isolation=document["isolation"],
        seed=document["seed"],
        runs=tuple(StoredRun(**run) for run in document["runs"]),
    )
