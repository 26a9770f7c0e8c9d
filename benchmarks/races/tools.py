"""The programs under tools that anybody may have: ThreadSanitizer, Helgrind, DRD, and simply running them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import NotMeasuredError
from benchmarks.races.judging import Answer, judge
from benchmarks.races.programs import Example

PLAIN_RUNS = 50
_RUN_S = 60.0
_FLAGS = ("-std=gnu11", "-g", "-pthread")
_LIBRARIES = ("-lrt",)

TSAN_REPORT = re.compile(
    r"WARNING: ThreadSanitizer: data race.*?(?=\n\n  (?:Location|Thread|As if|Mutex)|\nSUMMARY|\Z)", re.DOTALL
)
HELGRIND_REPORT = re.compile(r"Possible data race during.*?(?=\n==\d+== \n==\d+== -|\Z)", re.DOTALL)
DRD_REPORT = re.compile(r"Conflicting (?:load|store) by.*?(?=\n==\d+== \n|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a program has ended, and what it and the tool have said."""

    status: int | None
    output: str
    said: str


def tsan(example: Example) -> Answer:
    """Build with `gcc -fsanitize=thread`, as its manual says, and run once."""
    with tempfile.TemporaryDirectory() as folder:
        program = _compile(example, Path(folder), "-O1", "-fsanitize=thread")
        ended = _run([program], Path(folder), TSAN_OPTIONS="report_thread_leaks=0")
    if "FATAL: ThreadSanitizer" in ended.said:
        raise NotMeasuredError(f"ThreadSanitizer does not run here: {ended.said.strip().splitlines()[0]}")
    return _judged(example, ended, TSAN_REPORT)


def helgrind(example: Example) -> Answer:
    """Run once under Helgrind."""
    return _valgrind(example, "helgrind", HELGRIND_REPORT)


def drd(example: Example) -> Answer:
    """Run once under DRD."""
    return _valgrind(example, "drd", DRD_REPORT)


def plain(example: Example) -> Answer:
    """Run again and again as it is, and look whether it ever prints something else or fails."""
    with tempfile.TemporaryDirectory() as folder:
        program = _compile(example, Path(folder), "-O0")
        for number in range(PLAIN_RUNS):
            place = Path(folder, str(number))
            place.mkdir()
            ended = _run([program], place)
            if ended.status != 0 or ended.output != f"{example.prints}\n":
                return Answer.ACCUSED if example.right else Answer.FOUND
    return Answer.SILENT if example.right else Answer.MISSED


@dataclass(frozen=True, slots=True)
class Tool:
    """One of them: how it is called in the table, which command it needs, and how a program is put to it."""

    title: str
    command: str
    package: str
    ask: Callable[[Example], Answer]

    @property
    def missing(self) -> str:
        """What is not installed that it needs; empty if nothing."""
        return "" if shutil.which(self.command) else f"{self.package} not installed"


TOOLS = (
    Tool("ThreadSanitizer", "gcc", "gcc", tsan),
    Tool("Helgrind", "valgrind", "valgrind", helgrind),
    Tool("DRD", "valgrind", "valgrind", drd),
    Tool(f"{PLAIN_RUNS} plain runs", "gcc", "gcc", plain),
)


def lines_in(report: re.Pattern[str], example: Example, said: str) -> list[frozenset[int]]:
    """Return the lines of the program that each of a tool's reports names."""
    place = re.compile(rf"\b{example.name}\.c:(\d+)")
    return [frozenset(int(line) for line in place.findall(found[0])) for found in report.finditer(said)]


def _valgrind(example: Example, tool: str, report: re.Pattern[str]) -> Answer:
    with tempfile.TemporaryDirectory() as folder:
        program = _compile(example, Path(folder), "-O0")
        ended = _run(["valgrind", f"--tool={tool}", "--trace-children=yes", program], Path(folder))
    return _judged(example, ended, report)


def _judged(example: Example, ended: _Ended, report: re.Pattern[str]) -> Answer:
    reported = lines_in(report, example, ended.said)
    if not reported and ended.status != 0:
        return Answer.CRASHED
    return judge(example, reported, both=False)


def _compile(example: Example, folder: Path, *flags: str) -> str:
    program = str(folder / "program")
    command = ["gcc", *_FLAGS, *flags, str(example.path), "-o", program, *_LIBRARIES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotMeasuredError(f"{example.name} does not build: {done.stderr}")
    return program


def _run(command: Sequence[str], folder: Path, **variables: str) -> _Ended:
    """Run a program in a folder of its own; one that does not end has no status."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=said,
            start_new_session=True,
        )
        try:
            status: int | None = process.wait(_RUN_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            status = None
        output.seek(0)
        said.seek(0)
        return _Ended(status, output.read(), said.read())
