"""Check `signal-safety`: a signal handler calls what it must not, for it may have interrupted the same.

signal-safety(7) lists what a handler may call. To call anything else is wrong if the handler has interrupted
such a function, or can: POSIX leaves undefined what comes of it. So it is an error if a run shows a handler
that did, or one whose signal could as well have come while its thread was in such a function: the signal was
not blocked there, and nothing puts that call before whoever sent it. Where neither is so, as in a program
that opens its mask in `sigsuspend` only, it is advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.checkers._order import Order
from grader.checkers._processes import foreign
from grader.checkers.base import Spec, at, located, who
from grader.model.history import History, Op, OpType
from grader.model.verdict import Finding, Severity

RULE = "A handler may run in the middle of any function, so it calls only those that are async-signal-safe."
ERRNO_RULE = "What a handler does to errno is taken for the error of the call that the program has just made."

_READ = "man 7 signal-safety"
_LOCKS = frozenset({"pthread_mutex_lock"})
_TIMERS = frozenset({"SIGALRM", "SIGVTALRM", "SIGPROF"})
_SETS_TIMER = frozenset({"alarm", "setitimer", "timer_settime"})
_ENDS = frozenset({"exit", "stop", "continue"})
_COMPILED = {
    "puts": "printf or puts",
    "putchar": "printf or putchar",
    "fwrite": "fprintf or fwrite",
    "fputc": "fprintf or fputc",
}
"""What the compiler makes of a printf that formats nothing."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that a handler makes, and the one that it has interrupted, or could have."""

    op: Op
    other: Op | None = None
    interrupted: bool = False

    @property
    def rank(self) -> int:
        """How much it proves."""
        return 2 if self.interrupted else int(self.other is not None)


def check(history: History, spec: Spec) -> list[Finding]:
    """Report unsafe calls in handlers of the submission, and handlers that change errno."""
    del spec
    others = foreign(history)
    own = [op for op in history.ops if history.submitted(op.part) and op.pid not in others]
    made = [op for op in own if op.f == "unsafe_call" and "handler" in op.value]
    worst: dict[tuple[object, ...], _Call] = {}
    for call in _judged(history, made):
        key = (call.op.part, call.op.file, call.op.line, call.op.value["function"])
        if key not in worst or call.rank > worst[key].rank:
            worst[key] = call
    findings = [_finding(history, call) for call in worst.values()]
    return findings + list(_errno(history, own))


def _judged(history: History, made: Iterable[Op]) -> Iterator[_Call]:
    order: Order | None = None
    for op in made:
        index = op.value.get("interrupted")
        if isinstance(index, int):
            yield _Call(op, history.ops[index], interrupted=True)
            continue
        endangered = [] if op.value["function"] in _LOCKS else list(_open_before(history, op))
        if endangered and order is None:
            order = Order(history)
        yield _Call(op, _could_interrupt(history, order, op, endangered) if order is not None else None)


def _open_before(history: History, op: Op) -> Iterator[Op]:
    """Yield the unsafe calls of the same thread during which the handler's signal was not blocked."""
    for other in history.ops[: op.index]:
        if other.f == "unsafe_call" and (other.pid, other.tid) == (op.pid, op.tid):
            heard = other.value.get("open")
            if isinstance(heard, list | tuple) and op.value["handler"] in heard:
                yield other


def _could_interrupt(history: History, order: Order, op: Op, endangered: Iterable[Op]) -> Op | None:
    """Return a call that the signal could as well have come to, by what it took for it to be sent."""
    arrival = _arrival(history, op)
    sent = _sent(history, arrival) if arrival is not None else None
    if arrival is None or sent is None:
        return None
    for other in endangered:
        if other.index > arrival.index:
            continue
        if sent.f in _SETS_TIMER:
            if other.index > sent.index:  # a timer runs out when it likes
                return other
        elif not order.before(other.index, sent.index):
            return other
    return None


def _arrival(history: History, op: Op) -> Op | None:
    """Return the arrival of the signal whose handler made a call, or changed errno."""
    return next(
        (
            earlier
            for earlier in reversed(history.ops[: op.index])
            if earlier.f == "deliver"
            and (earlier.pid, earlier.tid) == (op.pid, op.tid)
            and earlier.value.get("signal") == op.value["handler"]
        ),
        None,
    )


def _sent(history: History, arrival: Op) -> Op | None:
    """Return what made a signal come; None if that is not known."""
    signal, sender = str(arrival.value.get("signal")), arrival.value.get("from")
    for op in reversed(history.ops[: arrival.index]):
        if sender == "script" and not op.part and op.f == "signal" and op.type is OpType.OK:
            told = op.value.get("signals")
            if isinstance(told, dict) and told.get(arrival.part) == signal.removeprefix("SIG"):
                return op
        elif isinstance(sender, int) and op.pid == sender:
            if op.f == "kill" and op.type is OpType.INVOKE and op.value.get("signal") == signal:
                return op
        elif sender == "kernel" and signal == "SIGCHLD" and op.f in _ENDS:
            process = history.processes.get(op.pid)
            if process is not None and process.parent == arrival.pid:
                return op
        elif sender == "kernel" and signal in _TIMERS and op.f in _SETS_TIMER and op.pid == arrival.pid:
            return op
    return None


def _finding(history: History, call: _Call) -> Finding:
    op, other = call.op, call.other
    signal, function = op.value["handler"], _spoken(op)
    name = who(history, op.part, op.pid)
    text = f"The handler of {signal} in {name} calls {function}{at(op)}"
    if call.interrupted and other is not None:
        text += f", having interrupted {_spoken(other)}{at(other)}."
    elif other is not None:
        text += f", and can interrupt {_spoken(other)}{at(other)}, where {signal} is not blocked."
    elif op.value["function"] in _LOCKS:
        text += ": if what it has interrupted holds that mutex, it waits for ever."
    else:
        text += ". In this run nothing shows that it can interrupt another such function."
    return Finding(
        check="signal-safety",
        severity=Severity.ERROR if other is not None else Severity.ADVICE,
        message=text,
        why=RULE,
        read=_READ,
        part=op.part,
        pid=op.pid,
        ops=(*((other.index,) if other is not None else ()), op.index),
        **located(op),
    )


def _spoken(op: Op) -> str:
    function = str(op.value["function"])
    return _COMPILED.get(function, function)


def _errno(history: History, own: Iterable[Op]) -> Iterator[Finding]:
    """Yield handlers that change errno where that of the program may not have been looked at yet."""
    told: set[tuple[object, ...]] = set()
    for op in own:
        if op.f != "errno_changed" or _in_call(history, op):
            continue
        signal = op.value["handler"]
        if (op.part, signal, op.line) in told:
            continue
        told.add((op.part, signal, op.line))
        yield Finding(
            check="signal-safety",
            severity=Severity.ADVICE,
            message=f"The handler of {signal} in {who(history, op.part, op.pid)} changes errno from "
            f"{op.value['before']} to {op.value['after']}{at(op)}: save it first, put it back at the end.",
            why=ERRNO_RULE,
            read=_READ,
            part=op.part,
            pid=op.pid,
            ops=(op.index,),
            **located(op),
        )


def _in_call(history: History, op: Op) -> bool:
    """Whether the signal came while its thread slept in a call, which sets errno itself when it returns."""
    arrival = _arrival(history, op)
    if arrival is None:
        return True
    same = (o for o in reversed(history.ops[: arrival.index]) if (o.pid, o.tid) == (op.pid, op.tid))
    last = next(same, None)
    return last is not None and (last.type is OpType.INVOKE or last.error == "EINTR")
