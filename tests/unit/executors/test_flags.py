"""Flags that an exercise demands: who does not compile cleanly with them has no program."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.executors.build import Build, build
from grader.executors.tree import SourceTree
from grader.model.config import BuildConfig, LimitsConfig
from grader.sandbox.box import Box

pytestmark = pytest.mark.system

STRICT = ("-Wall", "-Wextra", "-Werror")
CLEAN = b"int main(void)\n{\n    return 0;\n}\n"
UNCLEAN = b"int main(void)\n{\n    int left;\n    return 0;\n}\n"
WHY = "does not compile with -Wall -Wextra -Werror: unused variable ‘left’ [-Werror=unused-variable]"  # noqa: RUF001 - as gcc writes it


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box("full", LimitsConfig()) as made:
        yield made


def built(box: Box, files: dict[str, bytes], *roles: str, flags: tuple[str, ...] = STRICT) -> Build:
    tree = SourceTree(files=files, modes={})
    return build(tree, roles, box, BuildConfig(), instrument=False, flags=flags)


def told(result: Build) -> tuple[list[str], list[tuple[str, str, int, str]]]:
    return list(result.programs), [(f.part, f.file, f.line, f.message) for f in result.findings]


def test_a_warning_costs_the_program_it_is_in(box: Box) -> None:
    result = built(box, {"a.c": CLEAN, "b.c": UNCLEAN}, "a", "b")
    assert told(result) == (["a"], [("b", "b.c", 3, f"`b.c` {WHY}")])


def test_a_warning_in_a_file_they_share_costs_all_programs(box: Box) -> None:
    both = {"a.c": CLEAN, "b.c": CLEAN, "common.c": b"void f(void)\n{\n    int left;\n}\n"}
    result = built(box, both, "a", "b")
    expected = [(role, "common.c", 3, f"`common.c` {WHY}") for role in ("a", "b")]
    assert told(result) == ([], expected)


def test_a_makefile_of_its_own_does_not_hide_warnings(box: Box) -> None:
    files = {"Makefile": b"a: main.c\n\tgcc -w main.c -o a\n", "main.c": UNCLEAN}
    assert told(built(box, files, "a")) == ([], [("a", "main.c", 3, f"`main.c` {WHY}")])


def test_without_flags_a_warning_costs_nothing(box: Box) -> None:
    assert told(built(box, {"a.c": UNCLEAN}, "a", flags=())) == (["a"], [])


def test_a_file_that_does_not_compile_anyway_is_not_told_twice(box: Box) -> None:
    programs, findings = told(built(box, {"a.c": CLEAN, "old.c": b"void f(\n"}, "a"))
    assert (programs, len(findings), findings[0][0]) == (["a"], 1, "")
