"""What was done by some means, and what went through them: the bytes that the kernel has seen there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from grader.checkers._lines import resolver
from grader.checkers.base import argument, at, flags, named, quoted
from grader.model.history import History, Op, OpType
from grader.model.means import Means, Required, Sought

_STREAMS = ("stdin of ", "stdout of ", "stderr of ", "terminal of ")
_COUNTED = frozenset({"read", "write", "recv", "send", "msgrcv", "mq_receive"})
"""Calls whose result is a number of bytes."""


def made(history: History, means: Means) -> Iterator[Op]:
    """Yield the operations of a part by some means that came to a good end."""
    resolve = resolver(history, len(history.ops))
    for op in history.of(means.part):
        if op.f not in means.calls or op.type is not OpType.OK:
            continue
        if not flags(history, op).issuperset(means.flags):
            continue
        known = history.objects.get(op.object)
        if not means.object and means.kind is None:
            yield op
        elif known is None or (means.object and known.name != resolve(means.object)):
            continue
        elif means.kind is None or (known.kind is means.kind and not known.name.startswith(_STREAMS)):
            yield op


def spelled(means: Means) -> str:
    """Name some means: `` `write` or `send` on a.fifo``, `` `open` with O_APPEND on a.txt``."""
    words = [f"`{call}`" for call in means.calls]
    names = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
    names += flagged(means)
    if means.object:
        return f"{names} on {means.object}"
    return f"{names} on a {means.kind.value}" if means.kind is not None else names


def flagged(means: Means) -> str:
    """Name the flags by which some means are told from others; "" if there are none."""
    return f" with {' and '.join(means.flags)}" if means.flags else ""


def not_carried(history: History, means: Required, ops: Sequence[Op]) -> tuple[str, Op | None]:
    """Say what should have gone through some means and has not, and which operation carried it instead.

    Args:
        history: the run.
        means: what is required.
        ops: the operations by these means.

    Returns:
        The end of a sentence, "" if all that is required has; and the operation, if it is known.
    """
    number = sum(_size(history, op) for op in ops)
    if number < means.bytes:
        return f"{spelled(means)} is to carry {means.bytes} bytes, and carried {number}.", None
    if not means.data or any(_size(history, op) > len(_data(history, op)) for op in ops):
        return "", None  # of long data the history keeps the beginning
    if _seen(history, means, ops):
        return "", None
    sought = f"/{means.data.regex}/" if isinstance(means.data, Sought) else quoted(means.data)
    told = f"{sought} does not go by {spelled(means)}."
    mine = {op.index for op in ops}
    for op in history.of(means.part):
        known = history.objects.get(op.object)
        if op.index in mine or op.type is not OpType.OK or known is None or known.name.startswith(_STREAMS):
            continue
        if _seen(history, means, [op]):
            return f"{told} It goes by `{op.f}` on {named(history, op.object)}{at(op)}.", op
    return told, None


def _seen(history: History, means: Required, ops: Sequence[Op]) -> bool:
    """Whether the data that is required went through one object, perhaps in pieces."""
    carried: dict[str, str] = defaultdict(str)
    for op in ops:
        carried[op.object] += _data(history, op)
    resolve = resolver(history, len(history.ops))
    if isinstance(means.data, Sought):
        pattern = re.compile(_bytes(resolve(means.data.regex)), re.DOTALL)
        return any(pattern.search(data) for data in carried.values())
    text = _bytes(resolve(means.data))
    return any(text in data for data in carried.values())


def _bytes(text: str) -> str:
    """Show text as a history shows data: one character a byte."""
    return text.encode().decode("latin-1")


def _data(history: History, op: Op) -> str:
    data = str(argument(history, op, "data", ""))
    return data[: op.result] if op.f in _COUNTED and op.result is not None else data


def _size(history: History, op: Op) -> int:
    if op.f in _COUNTED:
        return op.result or 0
    count = argument(history, op, "count")
    return count if isinstance(count, int) else len(_data(history, op))
