"""What a part should have printed against what it printed: the difference, in words.

An `expect` takes whole lines, as many as it demands; what else was printed is left to the next one. So it
fails if the lines it would take are not the demanded ones, or if there are too few and no more can come.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from grader.checkers._lines import Want, can_interleave, match, wants
from grader.checkers.base import Spec, argument, quoted
from grader.model.errors import InternalError
from grader.model.exercise import Expect, Expectation, Line
from grader.model.history import History, Op

_COUNT = re.compile(r"(\(\d+ (?:of \d+ )?lines?) printed\b")


@dataclass(frozen=True, slots=True)
class Difference:
    """How printed text differs from what was demanded.

    Attributes:
        message: the end of a sentence that begins with the part's name.
        reordered: the right lines in the wrong order.
        short: nothing wrong was printed, but not all that was demanded.
        extra: lines that were printed and not demanded.
        missing: lines that were demanded and not printed, as far as they are no patterns.
    """

    message: str
    reordered: bool = False
    short: bool = False
    extra: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def difference(history: History, spec: Spec, op: Op, demand: Expectation) -> Difference:
    """Say how text differs from what was demanded.

    Args:
        history: the run.
        spec: what was run.
        op: the failed `expect` of the script.
        demand: what its step demands.

    Raises:
        InternalError: nothing differs, though the run stage found the demand unmet.
    """
    text = str(_got(op))
    unended = "" if demand.file else text.rpartition("\n")[2]
    lines = demand.whole_lines(text)
    plain = demand.unnumbered(lines)
    found = (
        _misnumbered(demand.numbered, lines)
        if plain is None
        else _difference(history, spec, op, demand, plain, unended)
    )
    if found is None:
        raise InternalError(f"op {op.index}: the text is what the `expect` on {demand.part} demands")
    return found if not demand.file else replace(found, message=_as_written(found.message, demand.file))


def _as_written(message: str, file: str) -> str:
    """Say of a file what is said of what was printed."""
    for printed, written in (("printed ", "wrote "), ("did not print ", "did not write ")):
        if message.startswith(printed):
            message = written + message.removeprefix(printed)
    return _COUNT.sub(r"\1 written", message) + f", in {file}"


def _misnumbered(after: str, lines: Sequence[str]) -> Difference:
    """Say which line has not its number; right numbers in another order are a matter of order."""
    heads = [f"{number}{after}" for number in range(1, len(lines) + 1)]
    place, head = next((place, head) for place, head in enumerate(heads) if not lines[place].startswith(head))
    found = [line.partition(after)[0] for line in lines]
    return Difference(
        f"printed lines with wrong numbers: line {place + 1} should begin with {quoted(head)} and is "
        f"{quoted(lines[place])}",
        reordered=sorted(found) == sorted(head.removesuffix(after) for head in heads),
    )


def _got(op: Op) -> str:
    observed = op.value.get("observed")
    return str(observed["got"] if isinstance(observed, dict) else op.value["got"])


def _difference(
    history: History, spec: Spec, op: Op, demand: Expectation, lines: list[str], unended: str
) -> Difference | None:
    if demand.nothing:
        text = [*lines, unended] if unended else lines
        return (
            Difference(f"printed {some(text)} and should print nothing", extra=tuple(text)) if text else None
        )
    if demand.something:
        return None if lines else Difference("printed nothing and should print something", short=True)
    if demand.includes:
        return _not_among(history, op, demand, lines, unended)
    if demand.one_of:
        return _nearest(history, spec, op, demand, lines, unended)
    if demand.any_order:
        sequences = [[want] for want in wants(demand.any_order, history, op.index)]
    else:
        sequences = [wants(one, history, op.index) for one in demand.interleaved or [demand.lines]]
    everything = [want for sequence in sequences for want in sequence]
    taken = lines if demand.file else lines[: len(everything)]
    counts = f"{len(lines)} of {len(everything)} lines printed"
    ordered = len(sequences) == 1
    if ordered:
        fits = all(want.met_by(line) for want, line in zip(everything, taken, strict=False))
    elif demand.any_order:
        fits = not match(everything, taken)[1]
    else:
        fits = can_interleave(sequences, taken)
    missing, extra = match(everything, taken)
    if fits and len(taken) > len(everything):
        return _wrong_set(missing, extra, counts)
    if fits:
        return _short(missing, unended, counts) if len(lines) < len(everything) else None
    lacking = tuple(want.text for want in missing if not want.regex)
    if not demand.any_order and _all_there(history, spec, op, demand, everything, lines):
        return Difference(
            f"printed the right lines in the wrong order: {_turn(sequences, taken)}", reordered=True
        )
    if ordered:
        return replace(_wrong_line(everything, taken, extra, counts), missing=lacking)
    return replace(_wrong_set(missing, extra, counts), missing=lacking)


def _not_among(
    history: History, op: Op, demand: Expectation, lines: list[str], unended: str
) -> Difference | None:
    """Say which line of a sequence is not there behind those before it."""
    for sequence in demand.includes:
        rest = iter(lines)
        for want in wants(sequence, history, op.index):
            if not any(want.met_by(line) for line in rest):
                place = "in its place " if any(want.met_by(line) for line in lines) else ""
                open_end = f"; {quoted(unended)} came without a newline at its end" if unended else ""
                printed = f" ({len(lines)} line{'' if len(lines) == 1 else 's'} printed{open_end})"
                return Difference(f"did not print all it should: MISSING {place}{want}{printed}", short=True)
    return None


def _nearest(
    history: History, spec: Spec, op: Op, demand: Expectation, lines: list[str], unended: str
) -> Difference | None:
    """Say how text differs from the transcript, of several that would be right, that it is like most."""

    def alike(transcript: list[Line]) -> int:
        pairs = zip(wants(transcript, history, op.index), lines, strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0].met_by(pair[1]), pairs))

    best = max((one for one in demand.one_of if one), key=alike)
    only = demand.model_copy(update={"one_of": [], "lines": best})
    found = _difference(history, spec, op, only, lines, unended)
    others = len(demand.one_of) - 1
    if found is None or not others:
        return found
    more = f"; nor is it {'the other' if others == 1 else f'one of the {others} others'} that would be right"
    return replace(found, message=found.message + more)


def _short(missing: list[Want], unended: str, counts: str) -> Difference:
    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    open_end = f"; {quoted(unended)} came without a newline at its end" if unended else ""
    return Difference(
        f"did not print all it should: MISSING {missing[0]}{more} ({counts}{open_end})",
        short=True,
        missing=tuple(want.text for want in missing if not want.regex),
    )


def _all_there(
    history: History, spec: Spec, op: Op, demand: Expectation, everything: list[Want], lines: list[str]
) -> bool:
    """Whether all demanded lines were printed, and besides only such as are demanded later on."""
    missing, extra = match(everything, lines)
    if missing or demand.file:
        return not missing and not extra
    later: list[Want] = []
    for step in spec.script.steps[int(argument(history, op, "step")) + 1 :]:
        if isinstance(step, Expect) and (step.expect.part, step.expect.source) == (
            demand.part,
            demand.stream,
        ):
            expected = step.expect
            groups = (
                expected.lines,
                expected.any_order,
                *expected.interleaved,
                *expected.one_of,
                *expected.includes,
            )
            for some_lines in groups:
                later.extend(wants(some_lines, history, op.index))
    return not match(later, extra)[1]


def _turn(sequences: Sequence[list[Want]], lines: list[str]) -> str:
    """Name a line that came too early: in one sequence, or in the part of it that only this sequence has."""
    for number, sequence in enumerate(sequences):
        others = [want for i, other in enumerate(sequences) if i != number for want in other]
        own = [w for w in sequence if w.regex or not any(o.met_by(w.text) for o in others)]
        printed = [line for line in lines if len(sequences) == 1 or any(w.met_by(line) for w in own)]
        for place, (want, line) in enumerate(zip(own, printed, strict=False), 1):
            if not want.met_by(line):
                where = f"line {place}" if len(sequences) == 1 else f"line {place} of a sequence"
                return f"{where} should be {want} and is {quoted(line)}"
    return "one of the sequences is turned round"


def _wrong_line(everything: list[Want], taken: list[str], extra: list[str], counts: str) -> Difference:
    pairs = enumerate(zip(everything, taken, strict=False), 1)
    place, want, line = next((i, want, line) for i, (want, line) in pairs if not want.met_by(line))
    here = f"line {place} should be {want} and is {quoted(line)}{_invisible(want, line)}"
    return Difference(f"printed something else: {here} ({counts})", extra=tuple(extra))


def _wrong_set(missing: list[Want], extra: list[str], counts: str) -> Difference:
    told = []
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        told.append(f"MISSING {missing[0]}{more}")
    if extra:
        told.append(f"EXTRA {some(extra)}")
    hint = _invisible(missing[0], extra[0]) if missing and extra else ""
    return Difference(
        f"did not print the lines it should: {', '.join(told) or 'not in this order'}{hint} ({counts})",
        extra=tuple(extra),
    )


def some(lines: Sequence[str]) -> str:
    """Quote the first of some lines and count the others."""
    more = f" and {len(lines) - 1} more lines" if len(lines) > 1 else ""
    return f"{quoted(lines[0])}{more}"


def _invisible(want: Want, line: str) -> str:
    """Name a difference that is hard to see."""
    if want.regex:
        return ""
    if line.rstrip("\r") == want.text:
        return "; it ends in a carriage return"
    if line.rstrip() == want.text.rstrip():
        return "; they differ only in white space at the end"
    if line.split() == want.text.split():
        return "; they differ only in white space"
    return "; they differ only in upper and lower case" if line.lower() == want.text.lower() else ""
