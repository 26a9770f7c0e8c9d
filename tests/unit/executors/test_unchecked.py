"""Calls whose results are thrown away are told as advice, by the compiler's own knowledge."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.executors import _unchecked
from grader.executors.build import build
from grader.executors.tree import SourceTree
from grader.model.config import BuildConfig, LimitsConfig
from grader.model.verdict import Severity
from grader.sandbox.box import Box

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box("full", LimitsConfig()) as made:
        yield made


def advised(box: Box, *lines: str, instrument: bool = True, **others: str) -> list[tuple[str, int, str]]:
    """What is advised of a program of these lines, and of other files beside it."""
    files = {"p.c": "\n".join(lines), **{f"{name}.c": text for name, text in others.items()}}
    tree = SourceTree(files={name: text.encode() + b"\n" for name, text in files.items()}, modes={})
    result = build(tree, ["p"], box, BuildConfig(), instrument=instrument)
    assert list(result.programs) == ["p"], result.log
    assert {f.severity for f in result.findings} <= {Severity.ADVICE}
    return [(f.file, f.line, f.message) for f in result.findings]


def test_results_that_are_thrown_away_are_told_once_for_each_call(box: Box) -> None:
    told = advised(
        box,
        "#include <semaphore.h>",
        "#include <unistd.h>",
        "int main(void)",
        "{",
        "    sem_t lock;",
        "    int ends[2];",
        "    if (sem_init(&lock, 1, 1) == -1)",
        "        return 1;",
        "    sem_wait(&lock);",
        "    pipe(ends);",
        '    write(ends[1], "a", 1);',
        '    write(ends[1], "b", 1);',
        '    write(ends[1], "c", 1);',
        '    write(ends[1], "d", 1);',
        "}",
    )
    assert told == [
        ("p.c", 9, "`sem_wait` can fail, and what it returns is not looked at"),
        ("p.c", 10, "`pipe` can fail, and what it returns is not looked at"),
        (
            "p.c",
            11,
            "`write` can fail, and what it returns is not looked at; nor at p.c:12, p.c:13 and 1 more",
        ),
    ]


def test_void_says_that_it_is_meant_so(box: Box) -> None:
    assert advised(box, "#include <unistd.h>", 'int main(void) { (void)write(1, "a", 1); }') == []


def test_the_other_files_of_a_program_are_looked_at_too(box: Box) -> None:
    told = advised(
        box,
        "void help(void);",
        "int main(void) { help(); }",
        help='#include <sys/stat.h>\nvoid help(void) { mkfifo("a", 0600); }',
    )
    assert told == [("help.c", 2, "`mkfifo` can fail, and what it returns is not looked at")]


@pytest.mark.parametrize(
    "source",
    [
        "#define _XOPEN_SOURCE 700\n#include <unistd.h>\nint main(void) { return read(0, 0, 0) == -1; }",
        "static void send(int what) { (void)what; }\nint main(void) { send(1); }",
        '#include <stdio.h>\nint main(void) { printf("a"); }',
    ],
    ids=["features of its own", "a function of the same name", "nothing of the kind"],
)
def test_other_programs_are_left_in_peace(box: Box, source: str) -> None:
    assert advised(box, source) == []


def test_the_plain_build_says_nothing_twice(box: Box) -> None:
    source = "#include <unistd.h>\nint main(void) { int ends[2]; pipe(ends); }"
    assert advised(box, source, instrument=False) == []


def test_the_declarations_are_those_of_the_c_library(tmp_path: Path) -> None:
    path = tmp_path / "header.c"
    path.write_text("#define _GNU_SOURCE\n" + _unchecked.header())
    done = subprocess.run(
        ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
