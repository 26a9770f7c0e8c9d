"""What the threads of a run did, told so that it can be found again in another run of the same script."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.model.history import History, Op, OpType
from grader.model.schedule import SCRIPT_NAME, Act, child_name, thread_name

_EVENTS = frozenset(
    {"exec", "exit", "fork", "deliver", "stop", "continue", "output", "spin", "clock", "unsafe_call",
     "errno_changed"}
)  # fmt: skip
_ACTS = frozenset({"start", "type", "send", "close", "signal", "kill", "create", "remove"})


@dataclass(frozen=True, slots=True)
class Deed:
    """The beginning of an operation: the op, whose it is, and which it is."""

    op: Op
    act: Act
    own: bool  # of the submission, or of the script

    @property
    def place(self) -> tuple[str, str, str, int]:
        """Where in which program it is made."""
        return self.op.part or SCRIPT_NAME, self.op.f, self.op.file, self.op.line


def deeds_of(history: History) -> Iterator[Deed]:
    """Yield the beginnings of all operations that are choices of a scheduler, in order."""
    names = names_of(history)
    counts: Counter[tuple[str, str]] = Counter()
    for op in history.ops:
        if not op.part:
            if op.f in _ACTS and "step" in op.value:
                yield Deed(op, Act(SCRIPT_NAME, op.f, int(str(op.value["step"])) + 1), own=True)
            continue
        if op.value.get("silent"):
            continue
        if op.invoked is not None or (op.f in _EVENTS and op.type is not OpType.INVOKE):
            continue
        name = names.get((op.pid, op.tid))
        if name is not None:
            counts[name, op.f] += 1
            yield Deed(op, Act(name, op.f, counts[name, op.f]), own=history.submitted(op.part))


def names_of(history: History) -> Mapping[tuple[int, int], str]:
    """Name the threads as the scheduler does: numbers grow with age."""
    processes: dict[int, str] = {}
    children: Counter[int] = Counter()
    for pid, process in sorted(history.processes.items()):
        if process.main:
            processes[pid] = process.part
        elif process.parent in processes:
            children[process.parent] += 1
            processes[pid] = child_name(processes[process.parent], children[process.parent])
    threads: dict[int, set[int]] = defaultdict(set)
    for op in history.ops:
        if op.tid:
            threads[op.pid].add(op.tid)
    return {
        (pid, tid): thread_name(processes[pid], number)
        for pid, tids in threads.items()
        if pid in processes
        for number, tid in enumerate(sorted({pid, *tids}))
    }
