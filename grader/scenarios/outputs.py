"""What the parts have printed, and how far the script has read it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum, auto, unique

from grader.model.exercise import Expectation, Pattern, Repeated


@unique
class Decision(Enum):
    """How a demand of the script stands."""

    MET = auto()
    NOT_YET = auto()  # it may still be met when somebody goes on
    NEVER = auto()  # whatever comes, it will not be met


def text_of(data: bytes) -> str:
    """Show bytes as text: UTF-8, and escapes for what is not."""
    return data.decode("utf-8", "backslashreplace")


class Outputs:
    """The text of each part's streams, with the place up to which `expect` has consumed it."""

    def __init__(self) -> None:
        self._data: dict[tuple[str, str], bytearray] = {}
        self._read: dict[tuple[str, str], int] = {}

    def add(self, part: str, stream: str, data: bytes) -> None:
        """Append what a part has printed."""
        self._data.setdefault((part, stream), bytearray()).extend(data)

    def size(self, part: str) -> int:
        """Bytes a part has printed on both streams."""
        return sum(len(data) for (name, _stream), data in self._data.items() if name == part)

    def unread(self, part: str, stream: str) -> str:
        """Return the text not yet consumed."""
        data = bytes(self._data.get((part, stream), b""))[self._read.get((part, stream), 0) :]
        return text_of(data)

    def consume(self, part: str, stream: str, lines: int | None) -> str:
        """Consume so many lines, or all, and return them."""
        start = self._read.get((part, stream), 0)
        data = bytes(self._data.get((part, stream), b""))[start:]
        if lines is not None:
            data = b"".join(data.splitlines(keepends=True)[:lines]) if lines else b""
        self._read[part, stream] = start + len(data)
        return text_of(data)


def decide(
    expectation: Expectation, unread: str, variables: Mapping[str, str]
) -> tuple[Decision, int | None]:
    """Compare what was printed, or stands in a file, with what is demanded.

    Args:
        expectation: the demand.
        unread: text not yet consumed; of a file all of it.
        variables: values of `${part.pid}`.

    Returns:
        The decision, and how many lines are consumed if it is MET (None: all of them).
    """
    got = expectation.unnumbered(expectation.whole_lines(unread))
    if not expectation.file:
        return (Decision.NEVER, None) if got is None else _decide(expectation, unread, got, variables)
    if got is None:
        return Decision.NOT_YET, None
    decision, taken = _decide(expectation, unread, got, variables)
    complete = decision is Decision.MET and (taken is None or taken == len(got))
    return (Decision.MET if complete else Decision.NOT_YET), None  # it may yet be written anew


def _decide(
    expectation: Expectation, unread: str, got: Sequence[str], variables: Mapping[str, str]
) -> tuple[Decision, int | None]:
    if expectation.nothing:
        return (Decision.NEVER, None) if unread else (Decision.MET, 0)
    if expectation.something:
        return (Decision.MET, None) if got else (Decision.NOT_YET, None)
    if expectation.includes:
        wanted_all = (written_out(lines, variables) for lines in expectation.includes)
        return (Decision.MET if all(among(got, one) for one in wanted_all) else Decision.NOT_YET), None
    if expectation.one_of:
        return _one_of(got, [written_out(lines, variables) for lines in expectation.one_of])
    if expectation.any_order:
        sequences = [[line] for line in written_out(expectation.any_order, variables)]
    elif expectation.interleaved:
        sequences = [written_out(lines, variables) for lines in expectation.interleaved]
    else:
        sequences = [written_out(expectation.lines, variables)]
    wanted = sum(len(sequence) for sequence in sequences)
    fits = interleaves(got[:wanted], sequences)
    if not fits:
        return Decision.NEVER, None
    return (Decision.MET, wanted) if len(got) >= wanted else (Decision.NOT_YET, None)


def _one_of(
    got: Sequence[str], transcripts: Sequence[Sequence[str | Pattern]]
) -> tuple[Decision, int | None]:
    """Decide about several transcripts, any of which is right: the longest that was printed counts."""
    begun = [one for one in transcripts if all(map(matches, got[: len(one)], one))]
    printed = [len(one) for one in begun if len(one) <= len(got)]
    if printed:
        return Decision.MET, max(printed)
    return (Decision.NOT_YET if begun else Decision.NEVER), None


def written_out(
    lines: Sequence[str | Pattern | Repeated], variables: Mapping[str, str]
) -> list[str | Pattern]:
    """Write repeated lines out, and put in the values of variables."""
    result: list[str | Pattern] = []
    for line in lines:
        if isinstance(line, Repeated):
            for number in range(line.first, line.first + line.repeat):
                result.extend(written_out(line.lines, {**variables, "n": str(number)}))
        elif isinstance(line, Pattern):
            result.append(Pattern(regex=fill(line.regex, {k: re.escape(v) for k, v in variables.items()})))
        else:
            result.append(fill(line, variables))
    return result


_VARIABLE = re.compile(r"\$(?:\$|\{([a-z][a-z0-9_.]*)\})")


def fill(text: str, variables: Mapping[str, str]) -> str:
    """Put in the values of `${name}`; `$$` is a dollar sign; unknown names stay as they are."""
    return _VARIABLE.sub(
        lambda found: "$" if found[1] is None else variables.get(found[1], found[0]),
        text,
    )


def wanted_lines(expectation: Expectation) -> int:
    """Return how many lines are demanded."""
    groups = (expectation.lines, expectation.any_order, *expectation.interleaved)
    return sum(_count(lines) for lines in groups) + max(map(_count, expectation.one_of), default=0)


def _count(lines: Sequence[str | Pattern | Repeated]) -> int:
    return sum(line.repeat * _count(line.lines) if isinstance(line, Repeated) else 1 for line in lines)


def matches(line: str, wanted: str | Pattern) -> bool:
    """Whether a line is as demanded."""
    if isinstance(wanted, Pattern):
        return re.fullmatch(wanted.regex, line) is not None
    return line == wanted


def among(got: Sequence[str], wanted: Sequence[str | Pattern]) -> bool:
    """Whether lines stand among others in their order."""
    rest = iter(got)
    return all(any(matches(line, one) for line in rest) for one in wanted)


def interleaves(got: Sequence[str], sequences: Sequence[Sequence[str | Pattern]]) -> bool:
    """Whether the lines can be a beginning of some mixture of the sequences, each in its own order.

    Keeps the set of all positions in the sequences that fit what was read so far.
    """
    states = {(0,) * len(sequences)}
    for line in got:
        following = set()
        for state in states:
            # Equal sequences at equal positions lead to the same place: try one of them.
            tried: set[tuple[int, tuple[str, ...]]] = set()
            for index, position in enumerate(state):
                if position >= len(sequences[index]):
                    continue
                key = (position, tuple(map(str, sequences[index])))
                if key in tried or not matches(line, sequences[index][position]):
                    continue
                tried.add(key)
                following.add((*state[:index], position + 1, *state[index + 1 :]))
                if not isinstance(sequences[index][position], Pattern) and len(sequences[index]) == 1:
                    break
        states = following
        if not states:
            return False
    return True
