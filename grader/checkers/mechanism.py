"""Check `mechanism`: the work was not done by the submission's own means, or not by those it is about."""

from __future__ import annotations

from collections.abc import Iterator

from grader.checkers._means import flagged, made, not_carried, spelled
from grader.checkers.base import Spec, argument, at, located, named, who
from grader.model.history import EndReason, History, OpType
from grader.model.means import Means, Required
from grader.model.verdict import Finding

RULE = "The submission does the work itself; it must not use the programs that play the other parts."
MEANS_RULE = "An exercise is about certain means: who does the work by others has not done the exercise."

_CALLS = {"exec": "started", "open": "opened"}


def check(history: History, spec: Spec) -> list[Finding]:
    """Report the use of programs of the reference and of forbidden means, and the want of required ones."""
    return [*_borrowed(history), *_forbidden(history, spec), *_unused(history, spec)]


def _borrowed(history: History) -> list[Finding]:
    found: dict[tuple[str, str], Finding] = {}
    for op in history.ops:
        if op.f not in _CALLS or op.type is not OpType.OK or not history.submitted(op.part):
            continue
        if argument(history, op, "reference") is True:
            path = argument(history, op, "path", "a program")
            name = who(history, op.part, op.pid)
            finding = Finding(
                check="mechanism",
                message=f"{name} {_CALLS[op.f]} the reference's program ({path}){at(op)}.",
                why=RULE,
                part=op.part,
                pid=op.pid,
                ops=(op.index,),
                **located(op),
            )
            found.setdefault((op.part, op.f), finding)
    return list(found.values())


def _forbidden(history: History, spec: Spec) -> Iterator[Finding]:
    for means in spec.scenario.forbids:
        op = next(made(history, means), None)
        if op is not None and history.submitted(means.part):
            on = f" on {named(history, op.object)}" if means.object or means.kind else ""
            what = f"{op.f}{flagged(means)}{on}"
            text = f"{who(history, op.part, op.pid)} uses {what}{at(op)}, which this exercise forbids."
            yield Finding(
                check="mechanism",
                message=_told(text, means),
                why=MEANS_RULE,
                part=op.part,
                pid=op.pid,
                ops=(op.index,),
                **located(op),
            )


def _unused(history: History, spec: Spec) -> Iterator[Finding]:
    """Yield what was not used, if all came out as demanded: else something else went wrong first."""
    if history.end.reason is not EndReason.FINISHED:
        return
    if any(op.pid == 0 and not op.part and op.type is OpType.FAIL for op in history.ops):
        return
    for means in spec.scenario.requires:
        if not history.submitted(means.part):
            continue
        ops = list(made(history, means))
        processes = len({op.pid for op in ops})
        if processes < means.processes or len(ops) < means.times:
            told, instead = _too_little(means, processes, len(ops)), None
        else:
            told, instead = not_carried(history, means, ops)
        if not told:
            continue
        witnesses = [op for op in (*ops[:1], instead) if op is not None]
        yield Finding(
            check="mechanism",
            message=_told(f"{means.part} prints what it should, but {told}", means),
            why=MEANS_RULE,
            part=means.part,
            ops=tuple(op.index for op in witnesses),
            **located(witnesses[-1] if witnesses else None),
        )


def _too_little(means: Required, processes: int, times: int) -> str:
    names = spelled(means)
    if not times:
        return f"never uses {names}."
    if processes < means.processes:
        wanted, did = f"{means.processes} of its processes", f"{processes} did"
    else:
        wanted, did = f"it {means.times} times", f"{times} came"
    return f"{names} is to be used by {wanted}: {did}."


def _told(text: str, means: Means) -> str:
    return f"{text} {means.because}" if means.because else text
