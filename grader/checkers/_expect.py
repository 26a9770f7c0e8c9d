"""What a part should have printed against what it printed: the difference, in words."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.checkers._processes import main_pid
from grader.checkers.base import quoted
from grader.model.errors import InternalError
from grader.model.exercise import Expectation, Line, Pattern, Repeated
from grader.model.history import History

Resolve = Callable[[str], str]

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


@dataclass(frozen=True, slots=True)
class Difference:
    """How printed text differs from what was demanded.

    Attributes:
        message: the end of a sentence that begins with the part's name.
        reordered: the right lines in the wrong order.
        short: nothing wrong was printed, but not all that was demanded.
        extra: lines that were printed and not demanded.
    """

    message: str
    reordered: bool = False
    short: bool = False
    extra: tuple[str, ...] = ()


def resolver(history: History, before: int) -> Resolve:
    """Return what puts the process ids of a run into `${part.pid}`, and `$` for `$$`."""

    def resolve(text: str) -> str:
        return _substitute(text, lambda part: _pid_text(history, part, before), {})

    return resolve


def _pid_text(history: History, part: str, before: int) -> str | None:
    pid = main_pid(history, part, before)
    return None if pid is None else str(pid)


def _substitute(text: str, pid_of: Callable[[str], str | None], variables: dict[str, str]) -> str:
    def one(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        value = pid_of(match[1]) if match[2] else variables.get(match[1])
        return match[0] if value is None else value

    return _VARIABLE.sub(one, text)


def wants(lines: Sequence[Line], history: History, before: int) -> list[Want]:
    """Write out demanded lines: `repeat` expanded, variables replaced."""

    def pid_of(part: str) -> str | None:
        return _pid_text(history, part, before)

    def expand(line: Line, variables: dict[str, str]) -> list[Want]:
        if isinstance(line, Repeated):
            return [
                want
                for n in range(line.first, line.first + line.repeat)
                for inner in line.lines
                for want in expand(inner, {"n": str(n)})
            ]
        if isinstance(line, Pattern):
            return [Want(_substitute(line.regex, pid_of, variables), regex=True)]
        return [Want(_substitute(line, pid_of, variables))]

    return [want for line in lines for want in expand(line, {})]


def readable(text: str) -> str:
    """Read latin-1 text as UTF-8 where it is that."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def compare(demand: Expectation, got: str, history: History, before: int) -> Difference:
    """Say how text differs from what was demanded.

    Args:
        demand: what an `expect` step demands.
        got: what the part had printed.
        history: of the run, for process ids.
        before: index of the op that failed.

    Raises:
        InternalError: nothing differs, though the run stage found the demand unmet.
    """
    member = history.cast.get(demand.part)
    text = readable(got)
    if member is not None and member.terminal:
        text = text.replace("\r\n", "\n")
    printed = text.split("\n")
    unended = printed.pop()
    lines = [*printed, unended] if unended else printed
    found = _difference(demand, lines, history, before)
    if found is None and unended:
        found = Difference(f"did not end its last line {quoted(unended)} with a newline")
    if found is None:
        raise InternalError(f"an `expect` on {demand.part} failed, but the text is what it demands")
    return found


def _difference(demand: Expectation, lines: list[str], history: History, before: int) -> Difference | None:
    if demand.nothing:
        return (
            Difference(f"printed {_some(lines)} and should print nothing", extra=tuple(lines))
            if lines
            else None
        )
    if demand.something:
        return None if lines else Difference("printed nothing and should print something", short=True)
    if demand.any_order:
        return _unordered(wants(demand.any_order, history, before), lines)
    if demand.interleaved:
        sequences = [wants(sequence, history, before) for sequence in demand.interleaved]
        return _unordered([w for s in sequences for w in s], lines) or _interleaved(sequences, lines)
    return _ordered(wants(demand.lines, history, before), lines)


def _ordered(demanded: list[Want], lines: list[str]) -> Difference | None:
    pairs = zip(demanded, lines, strict=False)
    first = next((i for i, (want, line) in enumerate(pairs) if not want.met_by(line)), None)
    if first is None:
        if len(lines) == len(demanded):
            return None
        first = min(len(demanded), len(lines))
    counts = f"{len(lines)} of {len(demanded)} lines printed"
    if first >= len(lines):
        more = len(demanded) - first - 1
        rest = f" and {more} more" if more else ""
        where = f"line {first + 1} is MISSING: {demanded[first]}{rest}"
        return Difference(f"did not print all it should: {where} ({counts})", short=True)
    if first >= len(demanded):
        extra = tuple(lines[first:])
        return Difference(
            f"printed more than it should: EXTRA {_some(lines[first:])} ({counts})", extra=extra
        )
    here = f"line {first + 1} should be {demanded[first]} and is {quoted(lines[first])}"
    missing, extra_lines = match(demanded, lines)
    if not missing and not extra_lines:
        return Difference(f"printed the right lines in the wrong order: {here}", reordered=True)
    hint = _invisible(demanded[first], lines[first])
    return Difference(f"printed something else: {here}{hint} ({counts})", extra=tuple(extra_lines))


def _unordered(demanded: list[Want], lines: list[str]) -> Difference | None:
    missing, extra = match(demanded, lines)
    if not missing and not extra:
        return None
    told = []
    if missing:
        rest = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        told.append(f"MISSING {missing[0]}{rest}")
    if extra:
        told.append(f"EXTRA {_some(extra)}")
    hint = _invisible(missing[0], extra[0]) if missing and extra else ""
    counts = f"{len(lines)} lines printed, {len(demanded)} demanded"
    return Difference(
        f"did not print the lines it should: {', '.join(told)}{hint} ({counts})",
        short=not extra,
        extra=tuple(extra),
    )


def _interleaved(sequences: list[list[Want]], lines: list[str]) -> Difference | None:
    """Find a sequence whose own lines, those no other sequence has, are out of order."""
    for number, sequence in enumerate(sequences):
        others = [want for i, other in enumerate(sequences) if i != number for want in other]
        own = [w for w in sequence if not w.regex and not any(o.met_by(w.text) for o in others)]
        texts = {want.text for want in own}
        printed = [line for line in lines if line in texts]
        pairs = zip(own, printed, strict=False)
        wrong = next(((want, line) for want, line in pairs if want.text != line), None)
        if wrong is not None:
            what = f"{quoted(wrong[1])} stands before {wrong[0]}"
            return Difference(f"printed the right lines in the wrong order: {what}", reordered=True)
    if _can_interleave(sequences, lines):
        return None
    return Difference("printed the right lines, but one sequence of them is out of order", reordered=True)


def _can_interleave(sequences: list[list[Want]], lines: list[str]) -> bool:
    """Whether lines are a mixture that keeps the order of each sequence; no, if that is too hard to say."""
    states = {tuple(0 for _ in sequences)}
    for line in lines:
        states = {
            (*state[:i], at + 1, *state[i + 1 :])
            for state in states
            for i, at in enumerate(state)
            if at < len(sequences[i]) and sequences[i][at].met_by(line)
        }
        if len(states) > _STATES_MAX:
            return False
    return tuple(len(sequence) for sequence in sequences) in states


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
    """Maximum bipartite matching by augmenting paths, breadth first; lines to patterns."""
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


def _some(lines: Sequence[str]) -> str:
    rest = f" and {len(lines) - 1} more lines" if len(lines) > 1 else ""
    return f"{quoted(lines[0])}{rest}"


def _invisible(want: Want, line: str) -> str:
    """Name a difference that cannot be seen."""
    if want.regex:
        return ""
    if line.rstrip("\r") == want.text:
        return "; the line ends in a carriage return"
    if line.rstrip() == want.text.rstrip():
        return "; they differ only in white space at the end"
    if line.split() == want.text.split():
        return "; they differ only in white space"
    return "; they differ only in upper and lower case" if line.lower() == want.text.lower() else ""
