"""Beginnings and ends of stories that several tests tell."""

from __future__ import annotations

from grader.model.history import EndReason, ObjectKind

from .history_builder import Story


def exiting(accepted: object) -> Story:
    return Story(steps=[{"start": "alice"}, {"exit": {"alice": accepted}}])


FIFO = ObjectKind.FIFO


def make_fifo(s: Story, pid: int = 10, mode: int = 0o600, name: str = "a.fifo", line: int = 4) -> int:
    item = f"fifo:{name}" if f"fifo:{name}" in s.objects else s.object(FIFO, name)
    return s.call(pid, "mkfifo", item, path=name, mode=mode, line=line)


def ends(s: Story, *pids: int) -> None:
    for pid in pids or (10,):
        s.exits(pid)


def removed(s: Story, pid: int = 10, mode: int = 0o666) -> None:
    make_fifo(s, pid=pid, mode=mode)
    s.call(pid, "unlink", "fifo:a.fifo", path="a.fifo")


ENDS: list[dict[str, object]] = [{"start": "alice"}, {"exit": {"alice": 0}}]


def stuck(s: Story, step: int = 1, part: str = "alice") -> None:
    s.unmet(step, "exit", {part: {"state": "running"}}, EndReason.STUCK)
