"""Check `mechanism`: the work was not done by the submission's own means, or not by those it is about."""

from __future__ import annotations

from collections.abc import Iterator

from grader.checkers.base import Spec, argument, at, located, who
from grader.model.history import EndReason, History, Op, OpType
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
        op = next(_made(history, means), None)
        if op is not None and history.submitted(means.part):
            on = f" on {means.object}" if means.object else ""
            text = f"{who(history, op.part, op.pid)} uses {op.f}{on}{at(op)}, which this exercise forbids."
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
        made = list(_made(history, means))
        processes = len({op.pid for op in made})
        if not history.submitted(means.part) or (processes >= means.processes and len(made) >= means.times):
            continue
        yield Finding(
            check="mechanism",
            message=_told(_too_little(means, processes, len(made)), means),
            why=MEANS_RULE,
            part=means.part,
            ops=tuple(op.index for op in made[:1]),
        )


def _made(history: History, means: Means) -> Iterator[Op]:
    """Yield the operations of a part by some means that came to a good end."""
    for op in history.of(means.part):
        if op.f not in means.calls or op.type is not OpType.OK:
            continue
        known = history.objects.get(op.object)
        if not means.object or (known is not None and known.name == means.object):
            yield op


def _too_little(means: Required, processes: int, times: int) -> str:
    words = [f"`{call}`" for call in means.calls]
    names = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
    on = f" on {means.object}" if means.object else ""
    if not times:
        return f"{means.part} prints what it should, but never uses {names}{on}."
    if processes < means.processes:
        wanted, did = f"{means.processes} of its processes", f"{processes} did"
    else:
        wanted, did = f"it {means.times} times", f"{times} came"
    return f"{means.part} prints what it should, but {names}{on} is to be used by {wanted}: {did}."


def _told(text: str, means: Means) -> str:
    return f"{text} {means.because}" if means.because else text
