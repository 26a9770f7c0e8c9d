"""Compares a history with what its programs have said of it; see tests/tracees/expect.h."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from grader.model.history import History, ObjectKind, Op, OpType

_LINE = re.compile(
    r"(?P<tid>\d+) (?P<f>\S+) (?P<object>\S+) = (?P<result>\S+)(?P<blocked> blocked)? @(?P<line>\d+)"
    r"(?: (?P<value>\{.*\}))?$"
)
_NOT_COMPARED = frozenset({"output", "exec", "exit"})
_STREAMS = ("stdout of ", "stderr of ", "stdin of ")


def operations(history: History) -> Iterator[tuple[Op, Op | None]]:
    """Yield each (invoke, end) in the order of the ends, then what is pending; events as (event, None)."""
    ended = {op.invoked for op in history.ops if op.invoked is not None}
    for op in history.ops:
        if op.invoked is not None:
            yield history.ops[op.invoked], op
        elif op.type is OpType.OK:
            yield op, None
    for op in history.ops:
        if op.type is OpType.INVOKE and op.index not in ended:
            yield op, None


def shown(history: History, begin: Op, end: Op | None) -> str:
    """Show an operation as a tracee notes it, with its whole value."""
    last = end or begin
    if end is None and begin.type is OpType.INVOKE:
        result = "?"
    else:
        result = last.error or ("-" if last.result is None else str(last.result))
    blocked = " blocked" if last.blocked else ""
    identity = (end or begin).object or begin.object or "-"
    return f"{begin.tid} {begin.f} {identity} = {result}{blocked} @{begin.line} {merged(begin, end)!r}"


def merged(begin: Op, end: Op | None) -> dict[str, Any]:
    """Return the values of both ends of an operation."""
    return {**begin.value, **(end.value if end else {})}


def compared(history: History, part: str) -> dict[int, list[tuple[Op, Op | None]]]:
    """Return what each thread of a part did, without its own printing of expectations."""
    threads: dict[int, list[tuple[Op, Op | None]]] = {}
    for begin, end in operations(history):
        known = history.objects.get(begin.object)
        if begin.part != part or (known is not None and known.name.startswith(_STREAMS)):
            continue
        if known is not None and known.kind is ObjectKind.MEMORY:  # the program's own variables
            continue
        threads.setdefault(begin.tid, []).append((begin, end))
    return threads


def assert_as_told(history: History, part: str = "tracee", *, ignore: frozenset[str] = frozenset()) -> None:
    """Hold a part's history against what its threads have printed: nothing missing, nothing else."""
    told: dict[int, list[str]] = {}
    for op in history.of(part):
        if op.f == "output":
            assert op.value["stream"] == "stdout", op.value["data"]
            for line in str(op.value["data"]).splitlines():
                told.setdefault(int(line.split()[0]), []).append(line)
    assert told, "nothing was told"
    threads = compared(history, part)
    problems = []
    for tid, lines in told.items():
        wanted_calls = {line.split()[1] for line in lines}
        hidden = (_NOT_COMPARED | ignore) - wanted_calls
        seen = [pair for pair in threads.pop(tid, []) if pair[0].f not in hidden]
        for number in range(max(len(lines), len(seen))):
            line = lines[number] if number < len(lines) else ""
            pair = seen[number] if number < len(seen) else None
            if pair is None or not _fits(line, *pair):
                problems.append(f"told: {line}\nseen: {shown(history, *pair) if pair else ''}")
                if line.split()[1:2] != (shown(history, *pair).split()[1:2] if pair else []):
                    break  # from here on they are out of step
    assert not problems, "\n\n".join(problems)


def _fits(line: str, begin: Op, end: Op | None) -> bool:
    told = _LINE.match(line)
    if told is None:
        return False
    value = eval(told["value"], {"__builtins__": {}}) if told["value"] else {}
    last = end or begin
    if end is None and begin.type is OpType.INVOKE:
        result = "?"
    else:
        result = last.error or ("-" if last.result is None else str(last.result))
    seen = merged(begin, end)
    return (
        (begin.f, (last.object or "-"), result, last.blocked, begin.line)
        == (told["f"], told["object"], told["result"], told["blocked"] is not None, int(told["line"]))
        and (end is None or end.line == begin.line)
        and all(name in seen and seen[name] == wanted for name, wanted in value.items())
    )
