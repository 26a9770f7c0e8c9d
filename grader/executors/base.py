"""What an executor is: it knows how programs of one language are built and started."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from grader.executors.tree import SourceTree, printable
from grader.model.config import BuildConfig
from grader.model.errors import SubmissionError
from grader.model.verdict import Finding, Severity
from grader.sandbox import archives
from grader.sandbox.box import Box, BoxError, CommandResult

FOLDER: Final = "/submission"
NOT_EXECUTED: Final = 127  # the status of a command that does not exist
WHY: Final = "Only a program that can be built can be run."

_HARMLESS = "It did not matter here, but somebody else may stumble over it."
_KIB = 1 << 10
_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that can be started.

    Attributes:
        role: the role it plays.
        language: `c`, `python`, or `other` for what a Makefile made of something else.
        argv: its command line, without a scenario's arguments.
        binary: the executable, for line numbers; empty if it is none.
        instrumented: its accesses to shared memory are announced.
        env: variables it needs.
    """

    role: str
    language: str
    argv: tuple[str, ...]
    binary: bytes = b""
    instrumented: bool = False
    env: dict[str, str] = field(default_factory=dict)


class Executor(Protocol):
    """One language."""

    priority: int
    """Executors are asked in this order, lowest first."""

    def roles(self, tree: SourceTree, wanted: Sequence[str]) -> list[str]:
        """Return those of the wanted roles for which there is something this executor could build."""

    def build(self, roles: Sequence[str], workshop: Workshop) -> dict[str, Program]:
        """Build roles in the workshop; report what went wrong there.

        Returns:
            The programs that could be built.
        """


class Workshop:
    """A sandbox with a submission in it, and the log of what was done there.

    Attributes:
        tree: the submission's files.
        box: the sandbox; the files are in /submission.
        instrument: build so that accesses to shared memory are announced, if the language can.
        findings: what is wrong, by role.
    """

    def __init__(self, tree: SourceTree, box: Box, config: BuildConfig, *, instrument: bool) -> None:
        self.tree = tree
        self.box = box
        self.instrument = instrument
        self.findings: dict[str, list[Finding]] = {}
        self._config = config
        self._deadline = 0.0
        self._log: list[str] = []
        self.restart_clock()
        self.reset()

    @property
    def size_max(self) -> int:
        """Bytes of the submission and all that is built from it."""
        return self._config.size_mib * _MIB

    @property
    def time_s(self) -> float:
        """Seconds an executor may take."""
        return self._config.time_s

    def restart_clock(self) -> None:
        """Give the next executor the whole time, however long the last one took."""
        self._deadline = time.monotonic() + self._config.time_s

    def reset(self) -> None:
        """Make /submission hold the files that were handed in, and nothing else.

        Raises:
            SubmissionError: something was built that cannot be removed.
        """
        try:
            self.box.put("/build", b"", clear=True)
            self.box.put(FOLDER, archives.of_mapping(self.tree.files, self.tree.modes), clear=True)
        except BoxError as error:
            raise SubmissionError(f"the submission's files cannot be put back: {error}") from error

    def run(self, argv: Sequence[str], env: Mapping[str, str] | None = None, *, shown: str) -> CommandResult:
        """Run a command in /submission and log it, as it is `shown`."""
        left = max(self._deadline - time.monotonic(), 0.1)
        output_max = self._config.output_kib * _KIB
        result = self.box.command(argv, cwd=FOLDER, env=env, time_s=left, output_max=output_max)
        self._log.append("$ " + printable(shown))
        if result.output:
            self._log.append(text_of(result).rstrip("\n"))
        if result.truncated:
            self._log.append(f"(more than {self._config.output_kib} KiB; the rest was cut off)")
        return result

    def note(self, text: str) -> None:
        """Log a sentence."""
        self._log.append(text)

    def result(self, missing: Sequence[str]) -> tuple[Finding, ...]:
        """Return the errors of the roles that are missing, and advice that says something else."""
        errors = [finding for role in missing for finding in self.findings.get(role, ())]
        said = {finding.message for finding in errors}
        advice = [finding for finding in self.findings.get("", ()) if finding.message not in said]
        return (*errors, *advice)

    def log(self) -> str:
        """Return the log, cut to its maximal size."""
        text = "\n".join(self._log)
        size_max = self._config.output_kib * _KIB
        return text if len(text) <= size_max else text[:size_max] + "\n(cut off)"

    def fail(self, role: str, message: str, *, file: str = "", line: int = 0, read: str = "") -> None:
        """Report why a role could not be built."""
        finding = Finding(check="build", message=message, why=WHY, read=read, part=role, file=file, line=line)
        self.findings.setdefault(role, []).append(finding)

    def advise(
        self, message: str, *, file: str = "", line: int = 0, read: str = "", why: str = _HARMLESS
    ) -> None:
        """Report something that costs nothing."""
        finding = Finding(
            check="build", message=message, why=why, read=read, file=file, line=line, severity=Severity.ADVICE
        )
        if finding not in self.findings.setdefault("", []):
            self.findings[""].append(finding)


def text_of(result: CommandResult) -> str:
    """Return what a command printed, as text."""
    return result.output.decode(errors="replace")


def stopped(result: CommandResult, time_s: float) -> str:
    """Return how a command was stopped, as the end of a sentence; empty if it ended by itself."""
    if result.timed_out:
        return f"did not end within {time_s:g} s"
    if result.too_many:
        return "started more and more processes"
    if result.signal is not None:
        return f"was ended by signal {result.signal}"
    return ""
