"""What every registered checker keeps to."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import grader.checkers
from grader import registry
from grader.checkers._faults import RULES as FAULT_RULES
from grader.checkers.base import Checker
from grader.model.exercise import CHECKS, Exit, Expect, Expectation, Part, Scenario, Start, Step
from grader.model.history import (
    CastMember,
    EndReason,
    Entry,
    History,
    Object,
    ObjectKind,
    Op,
    OpType,
    Process,
    RunEnd,
)
from grader.model.loading import load_history
from grader.model.verdict import Finding

CHECKERS: Mapping[str, Checker] = registry.load("grader.checkers", "check")
RULES: Mapping[str, str] = registry.load("grader.checkers", "RULE")
FOLDER = Path(grader.checkers.__path__[0])
PURE = {"__future__", "bisect", "collections", "dataclasses", "difflib", "enum", "functools", "heapq",
        "itertools", "json", "math", "operator", "re", "string", "textwrap", "typing"}  # fmt: skip
DOCUMENT = FOLDER.parents[1] / "docs" / "checks.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    cast: dict[str, Part]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    exercise: str
    scenario: Scenario
    script: Script
    strategy: str = "fair"


STEPS: tuple[Step, ...] = (
    Start(start=["alice"]),
    Expect(expect=Expectation(part="alice", lines=["hello"])),
    Exit(exit={"alice": [0]}),
)
CAST = {"alice": Part(role="chat", by="submission")}
SPEC = Spec(
    exercise="hello",
    scenario=Scenario(id="hello", title="", points=1, hint="", cast=CAST, steps=list(STEPS)),
    script=Script(cast=CAST, steps=STEPS),
)


def op(index: int, f: str, type_: OpType = OpType.OK, *, pid: int = 10, **fields: object) -> Op:
    part = "alice" if pid else ""
    return Op(index=index, time_ns=index, part=part, pid=pid, tid=pid, type=type_, f=f, **fields)  # type: ignore[arg-type]


EMPTY = History(
    ops=(), objects={}, processes={}, cast={}, before=(), after=(), end=RunEnd(reason=EndReason.FINISHED)
)
FIFO = Entry(kind=ObjectKind.FIFO, name="a.fifo", mode=0o644)
CLEAN = History(
    ops=(
        op(0, "start", pid=0, value={"step": 0}),
        op(1, "exec", value={"argv": ["/submission/chat"]}),
        op(2, "fork", OpType.INVOKE, file="chat.c", line=3),
        op(3, "fork", value={"child": 11}, result=11, invoked=2),
        op(4, "read", OpType.INVOKE, object="pipe:1", value={"fd": 3, "count": 100}),
        op(5, "write", OpType.INVOKE, pid=11, object="pipe:1", value={"fd": 4, "count": 1, "data": "x"}),
        op(6, "write", pid=11, object="pipe:1", result=1, invoked=5),
        op(7, "read", object="pipe:1", result=1, blocked=True, invoked=4, value={"data": "x"}),
        op(8, "exit", pid=11, value={"status": 0, "zombies": [], "orphans": []}),
        op(9, "wait", OpType.INVOKE, value={"pid": -1, "flags": []}),
        op(10, "wait", result=11, invoked=9, value={"child": 11, "status": 0}),
        op(11, "output", value={"stream": "stdout", "data": "hello\n"}),
        op(12, "expect", pid=0, value={"step": 1, "part": "alice", "stream": "stdout", "got": "hello\n"}),
        op(13, "exit", value={"status": 0, "zombies": [], "orphans": []}),
        op(14, "exit", pid=0, value={"step": 2, "observed": {"alice": {"state": "exited", "status": 0}}}),
    ),
    objects={"pipe:1": Object(id="pipe:1", kind=ObjectKind.PIPE)},
    processes={
        10: Process(pid=10, parent=0, part="alice", main=True),
        11: Process(pid=11, parent=10, part="alice", main=False),
    },
    cast={"alice": CastMember(role="chat", by="submission")},
    before=(FIFO,),
    after=(FIFO,),
    end=RunEnd(reason=EndReason.FINISHED),
)


def sources() -> list[Path]:
    return sorted(FOLDER.rglob("*.py"))


def imported(source: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update(
                {node.module or ""} if node.module != "grader" else {f"grader.{a.name}" for a in node.names}
            )
    return names


@pytest.mark.parametrize("source", sources(), ids=lambda path: path.stem)
def test_a_checker_imports_the_model_its_own_package_and_what_is_pure(source: Path) -> None:
    allowed = ("grader.model.", "grader.checkers.")
    for name in imported(source):
        own = name.startswith(allowed) or (source.stem == "compose" and name == "grader.registry")
        assert own or name.split(".")[0] in PURE, name


@pytest.mark.parametrize("source", sources(), ids=lambda path: path.stem)
def test_a_checker_keeps_no_state_and_talks_to_nobody(source: Path) -> None:
    for node in ast.walk(ast.parse(source.read_text())):
        assert not isinstance(node, ast.Global)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"open", "print", "input", "exec", "eval", "__import__"}


def test_every_checker_is_named_after_a_check() -> None:
    assert set(CHECKERS) <= set(CHECKS)
    assert set(RULES) == set(CHECKERS)


@pytest.mark.parametrize("name", CHECKERS)
def test_a_rule_is_one_sentence(name: str) -> None:
    assert re.fullmatch(r"[A-Z][^.\n]+\.", RULES[name])


@pytest.mark.parametrize("name", CHECKERS)
def test_an_empty_and_a_clean_history_have_no_findings(name: str) -> None:
    assert CHECKERS[name](EMPTY, SPEC) == []
    assert CHECKERS[name](CLEAN, SPEC) == []


@pytest.mark.parametrize("name", CHECKERS)
def test_a_checker_judges_a_stored_history_alike(name: str) -> None:
    stored = load_history(CLEAN.dump().splitlines())
    assert CHECKERS[name](stored, SPEC) == CHECKERS[name](CLEAN, SPEC)


@pytest.mark.parametrize("name", CHECKERS)
@pytest.mark.parametrize("reason", EndReason)
def test_every_finding_is_of_the_checkers_own_check(name: str, reason: EndReason) -> None:
    """A history in which much went wrong: whatever a checker says of it, it says in its own name."""
    wrong = replace(
        CLEAN,
        ops=(
            *CLEAN.ops[:8],
            op(8, "exit", pid=11, value={"signal": "SIGSEGV", "zombies": [], "orphans": []}),
            *(op(9 + i, "read", OpType.FAIL, object="pipe:1", error="EAGAIN", result=-1) for i in range(4)),
            op(13, "exit", value={"status": 1, "zombies": [11], "orphans": []}),
            op(
                14,
                "exit",
                OpType.FAIL,
                pid=0,
                value={"step": 2, "observed": {"alice": {"state": "exited", "status": 1}}},
            ),
        ),
        before=(),
        end=RunEnd(reason=reason, step=2, limit="events" if reason is EndReason.LIMIT else ""),
    )
    for finding in CHECKERS[name](wrong, SPEC):
        assert isinstance(finding, Finding)
        assert finding.check == name
        assert finding.message.endswith(".")
        assert all(0 <= index < len(wrong.ops) for index in finding.ops)


def test_every_check_is_documented_with_its_rule() -> None:
    text = DOCUMENT.read_text()
    sections = dict(re.findall(r"^## ([a-z-]+)\n+(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    reserved = set(re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE))
    judged = {*CHECKERS, "build", "overlap", *FAULT_RULES}
    assert set(sections) == judged
    assert reserved == set(CHECKS) - judged
    for name, rule in {**RULES, **FAULT_RULES}.items():
        assert sections[name].startswith(f"*{rule}*\n"), name
