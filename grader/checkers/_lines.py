"""Demanded lines: written out, and matched with printed ones."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from grader.checkers._processes import main_pid
from grader.checkers.base import quoted
from grader.model.exercise import Line, Pattern, Repeated
from grader.model.history import History

_STATES_MAX = 5000
_VARIABLE = re.compile(r"\$\$|\$\{([a-z][a-z0-9_]*)(\.pid)?\}")


@dataclass(frozen=True, slots=True)
class Want:
    """One demanded line."""

    text: str
    regex: bool = False

    def met_by(self, line: str) -> bool:
        """Whether a printed line is the demanded one."""
        return re.fullmatch(self.text, line) is not None if self.regex else self.text == line

    def __str__(self) -> str:
        return f"a line like /{self.text}/" if self.regex else quoted(self.text)


def resolver(history: History, before: int) -> Callable[[str], str]:
    """Return what puts the process ids of a run into `${part.pid}`, and `$` for `$$`."""

    def resolve(text: str) -> str:
        return _fill(text, history, before, {})

    return resolve


def _fill(text: str, history: History, before: int, variables: Mapping[str, str]) -> str:
    def one(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        pid = main_pid(history, found[1], before) if found[2] else None
        value = variables.get(found[1]) if pid is None else str(pid)
        return found[0] if value is None else value

    return _VARIABLE.sub(one, text)


def wants(lines: Sequence[Line], history: History, before: int) -> list[Want]:
    """Write out demanded lines: `repeat` expanded, variables replaced."""

    def expand(line: Line, variables: Mapping[str, str]) -> list[Want]:
        if isinstance(line, Repeated):
            return [
                want
                for n in range(line.first, line.first + line.repeat)
                for inner in line.lines
                for want in expand(inner, {"n": str(n)})
            ]
        if isinstance(line, Pattern):
            return [Want(_fill(line.regex, history, before, variables), regex=True)]
        return [Want(_fill(line, history, before, variables))]

    return [want for line in lines for want in expand(line, {})]


def can_interleave(sequences: Sequence[Sequence[Want]], lines: Sequence[str]) -> bool:
    """Whether lines begin a mixture that keeps the order of each sequence; no, if it is too hard to say."""
    states = {tuple(0 for _ in sequences)}
    for line in lines:
        states = {
            (*state[:i], at + 1, *state[i + 1 :])
            for state in states
            for i, at in enumerate(state)
            if at < len(sequences[i]) and sequences[i][at].met_by(line)
        }
        if not states or len(states) > _STATES_MAX:
            return False
    return True


def match(demanded: Sequence[Want], lines: Sequence[str]) -> tuple[list[Want], list[str]]:
    """Pair demanded with printed lines, whatever their order, as many as possible.

    Returns:
        The demanded lines that were not printed, and the printed ones that were not demanded.
    """
    literal = Counter(want.text for want in demanded if not want.regex)
    rest: list[str] = []
    for line in lines:
        if literal[line] > 0:
            literal[line] -= 1
        else:
            rest.append(line)
    missing = []
    for want in demanded:
        if not want.regex and literal[want.text] > 0:
            literal[want.text] -= 1
            missing.append(want)
    patterns = [want for want in demanded if want.regex]
    taken = _pair(patterns, rest)
    missing.extend(want for i, want in enumerate(patterns) if i not in taken.values())
    return missing, [line for i, line in enumerate(rest) if i not in taken]


def _pair(patterns: Sequence[Want], lines: Sequence[str]) -> dict[int, int]:
    """Match lines with patterns, as many as possible, by augmenting paths; from line to pattern."""
    line_of: dict[int, int] = {}
    pattern_of: dict[int, int] = {}
    for start in range(len(patterns)):
        came_from: dict[int, int] = {}
        queue = deque([start])
        free: int | None = None
        while queue and free is None:
            pattern = queue.popleft()
            for i, line in enumerate(lines):
                if i in came_from or not patterns[pattern].met_by(line):
                    continue
                came_from[i] = pattern
                if i not in pattern_of:
                    free = i
                    break
                queue.append(pattern_of[i])
        while free is not None:
            pattern = came_from[free]
            previous = line_of.get(pattern)
            line_of[pattern], pattern_of[free] = free, pattern
            free = previous if pattern != start else None
    return pattern_of
