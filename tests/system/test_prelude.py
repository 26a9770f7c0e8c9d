"""An interpreter is let go on until it reads its program, and from there on seen as any program is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.executors.base import Program
from grader.model.errors import InternalError
from grader.model.history import History
from grader.sandbox.isolation import interpreter
from tests.system.run_program import PART, output, perform, python_program

_SOURCE = """\
import os
import sys

os.mkdir("made")
print(sys.argv, sorted(name for name in os.environ if name.startswith("GIVEN")))
"""


def _performed(by: str, program: Program, args: list[str] | None = None) -> History:
    source = program.env["SCRIPT"].encode()
    given = replace(program, binary=source if by == "reference" else b"")
    part = {"by": by, "args": args or [], "env": {"GIVEN": "yes"}}
    return perform(given, parts={PART: part})


@pytest.mark.parametrize(
    ("by", "reading"), [("submission", []), ("reference", ["read", "read", "close"])]
)  # the source of who is of the reference comes from a descriptor
def test_the_program_is_seen_from_its_first_call_on(by: str, reading: list[str]) -> None:
    history = _performed(by, python_program(_SOURCE))
    made = [op.f for op in history.of(PART) if op.pid and op.type != "invoke" and op.f != "output"]
    begin = ["exec", "sigaction", "sigaction", "sigaction"]
    assert made == [*begin, *reading, "mkdir", "write", "sigaction", "exit"]


@pytest.mark.parametrize("by", ["submission", "reference"])
def test_what_the_interpreter_was_given_is_unharmed(by: str) -> None:
    args = ["x" * 900, "y" * 900]
    history = _performed(by, python_program(_SOURCE), args)
    assert output(history) == f"{['/submission/script.py', *args]} ['GIVEN']\n"


def test_a_program_that_is_not_there_is_told_by_the_interpreter() -> None:
    missing = replace(python_program(_SOURCE), argv=(interpreter(), "/submission/missing/script.py"))
    history = perform(missing)
    assert [op.value["status"] for op in history.of(PART) if op.f == "exit"] == [2]
    assert "can't open file" in output(history, stream="stderr")


def test_an_interpreter_that_never_reads_its_program_is_the_graders_fault() -> None:
    with pytest.raises(InternalError, match="not seen to read its program"):
        perform(replace(python_program(_SOURCE), argv=(interpreter(), "--version", "/submission/script.py")))
