"""What the contract of pingpong says of the number that is passed, and of how the child ends."""

from grader.authoring import (
    Finding,
    History,
    ObjectKind,
    OpType,
    Spec,
    calls,
    ends,
    explains,
    finding,
    finished,
    lines,
    quoted,
)

_LENGTH = "\0\0\0\4"
"""What the connections of multiprocessing put before 4 bytes."""


def _piped(history: History, object_id: str) -> bool:
    """Whether it is a pipe that a program has made: those of the standard streams have names."""
    known = history.objects.get(object_id)
    return known is not None and known.kind is ObjectKind.PIPE and not known.name


@explains()
def four_bytes(history: History, spec: Spec) -> list[Finding]:
    """The number is passed as an integer of 4 bytes, and with it nothing else."""
    printed = lines(history)
    writes = [c for c in calls(history, "write") if c.ok and _piped(history, c.start.object)]
    for line in printed:
        following = (other.op.index for other in printed if other.op.pid == line.op.pid)
        until = next((index for index in following if index > line.op.index), 0)
        sent = [c for c in writes if c.pid == line.op.pid and line.op.index < c.start.index < until]
        count = sum(c.result or 0 for c in sent)
        framed = count == 8 and "".join(c.data for c in sent).startswith(_LENGTH)
        if sent and count != 4 and not framed:
            message = f"After {quoted(line.text)} {count} bytes are written into a pipe, not 4."
            return [finding(history, message, line, *sent, read="man 2 write")]
    return []


@explains()
def end_of_file(history: History, spec: Spec) -> list[Finding]:
    """The child does not know the number of rounds: it ends, with status 0, when it reads end of file."""
    # If something else is wrong, the child may have had to end.
    if not finished(history) or any(not op.part and op.type is OpType.FAIL for op in history.ops):
        return []
    children = {line.op.pid for line in lines(history) if line.text.startswith("child ")}
    for end in ends(history):
        process = history.processes.get(end.pid)
        status = end.value("status")
        if end.pid not in children or process is None or process.main or status is None:
            continue
        if status != 0:
            return [finding(history, f"The child ends with status {status}.", end, read="man 2 _exit")]
        # Who polls may know of the end by that: a pipe that nobody can write to any more hangs up.
        looks = [
            c
            for c in calls(history, "read", "splice", "poll", "select", "epoll_wait", part=end.part)
            if c.pid == end.pid and (c.f != "read" or _piped(history, c.start.object))
        ]
        if not looks or (looks[-1].f == "read" and looks[-1].result != 0):
            message = "The child ends without having read end of file."
            return [finding(history, message, *looks[-1:], end, read="man 7 pipe")]
    return []
