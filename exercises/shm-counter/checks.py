"""Where the number lies."""

from grader.authoring import Finding, History, Op, Spec, finding, parts

STORES = ("store", "volatile_store", "atomic_", "write_range", "load_store")
LONG = 8


def number(history: History, spec: Spec) -> list[Finding]:
    """The number is a long at offset 0 of the segment, so that others know where to find it."""
    found = []
    for part in parts(history, "counter"):
        stores = [op for op in history.ops if op.part == part and _by_a_worker(history, op)]
        places = [(store.value.get("offset"), store.value.get("size")) for store in stores]
        if not stores or spec.script.cast[part].args[2:] == ["0"] or (0, LONG) in places:
            continue
        offset, size = places[0]
        message = f"It adds to {size} bytes at offset {offset}, and the number is {LONG} bytes at offset 0."
        found.append(finding(history, message, stores[0], read="man 3 shm_open"))
    return found


def _by_a_worker(history: History, op: Op) -> bool:
    """Whether it writes into a segment; C programs tell of it."""
    segment = (op.object or "").startswith("shared-memory:")
    return segment and op.f.startswith(STORES) and not history.processes[op.pid].main
