"""Check `mutual-exclusion`: more are inside a marked section than may be."""

from __future__ import annotations

from grader.checkers._sections import inside
from grader.checkers.base import Spec, last_line, located, quoted, who
from grader.model.history import History
from grader.model.section import Exclusive
from grader.model.verdict import Finding

RULE = "What may be done by one at a time must be guarded so that no schedule lets a second one in."


def check(history: History, spec: Spec) -> list[Finding]:
    """Report for each section the first time that too many are inside."""
    return [finding for section in spec.scenario.exclusive for finding in _first(history, section)]


def _first(history: History, section: Exclusive) -> list[Finding]:
    word = "since" if section.leave else "printing"
    for op, now in inside(history, section):
        if len(now) <= section.most or not any(history.submitted(other.part) for other in now.values()):
            continue
        names = [f"{who(history, o.part, o.pid)} {word} {quoted(str(o.value['data']))}" for o in now.values()]
        most = "one" if section.most == 1 else str(section.most)
        return [
            Finding(
                check="mutual-exclusion",
                message=f"{len(now)} are inside at once, where only {most} may be: {', '.join(names)}.",
                why=RULE,
                read="man 7 sem_overview",
                part=op.part,
                pid=op.pid,
                ops=tuple(other.index for other in now.values()),
                **located(last_line(history, op.pid, op.index)),
            )
        ]
    return []
