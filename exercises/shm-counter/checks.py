"""Where the number lies."""

from grader.authoring import Finding, History, Spec, finding, parts, stores

LONG = 8


def number(history: History, spec: Spec) -> list[Finding]:
    """The number is a long at offset 0 of the segment, so that others know where to find it."""
    found = []
    for part in parts(history, "counter"):
        written = [
            touch
            for touch in stores(history, part=part)
            if touch.item.startswith("shared-memory:") and not history.processes[touch.op.pid].main
        ]
        places = [(touch.start, touch.size) for touch in written]
        if not written or spec.script.cast[part].args[2:] == ["0"] or (0, LONG) in places:
            continue
        offset, size = places[0]
        message = f"It adds to {size} bytes at offset {offset}, and the number is {LONG} bytes at offset 0."
        found.append(finding(history, message, written[0].op, read="man 3 shm_open"))
    return found
