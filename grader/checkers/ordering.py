"""Check `ordering`: the right lines in the wrong order."""

from __future__ import annotations

from grader.checkers._expect import difference
from grader.checkers._printed import flushed_at_exit, writer_of, written_since
from grader.checkers.base import Spec, failed, located, who
from grader.model.exercise import Expect
from grader.model.history import History
from grader.model.verdict import Finding

RULE = "Where the contract gives an order, the programs must enforce it: no schedule may turn it round."

_LATE = (
    "Some of the text was kept in a process until it ended: "
    "call fflush(stdout) after each line (Python: flush=True)."
)


def check(history: History, spec: Spec) -> list[Finding]:
    """Report text of which nothing is missing and nothing is too much, but the order is wrong."""
    findings = []
    for op, step, _ in failed(history, spec, Expect):
        demand = step.expect
        found = difference(history, spec, op, demand)
        if not found.reordered:
            continue
        written = written_since(history, demand.part, demand.source, op.index)
        late = flushed_at_exit(history, written)
        writers = {w.pid for w in written if w.pid}
        several = f"; {len(writers)} processes wrote them" if len(writers) > 1 else ""
        own = history.submitted(demand.part)
        findings.append(
            Finding(
                check="ordering",
                message=f"{who(history, demand.part)} {found.message}{several}.",
                why=f"{RULE} {_LATE}" if late else RULE,
                read="man 3 fflush" if late else "man 7 sem_overview",
                part=demand.part if own else "",
                ops=(*(w.index for w in (late or written)[-4:]), op.index),
                **(located(writer_of(history, (late or written)[-1])) if own and written else {}),
            )
        )
    return findings
