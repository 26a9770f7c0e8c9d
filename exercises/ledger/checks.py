"""What the contract of the ledger says of the disk."""

from grader.authoring import Call, Finding, History, Spec, calls, ends, finding, named, stores


def _adds(spec: Spec, part: str) -> bool:
    return "add" in spec.script.cast[part].args[1:2]


def _waits(call: Call) -> bool:
    flags = call.value("flags", [])
    return call.f != "msync" or (isinstance(flags, list) and "MS_ASYNC" not in flags)


def waits_for_the_disk(history: History, spec: Spec) -> list[Finding]:
    """Before add ends, it waits until the disk has all that it has stored: msync with MS_SYNC."""
    if spec.scenario.id != "synced":
        return []
    for end in ends(history):
        if end.value("status") != 0 or not _adds(spec, end.part):
            continue
        syncs = [c for c in calls(history, "msync", "fsync", "sync", part=end.part) if c.ok]
        waited = [c for c in syncs if _waits(c)]
        if syncs and not waited:
            message = f"{end.part} ends with 0, and has only asked for a write to the disk (MS_ASYNC)."
            return [finding(history, message, *syncs, read="man 2 msync")]
        file = spec.script.cast[end.part].args[0]
        late = [
            touch.op
            for touch in stores(history, part=end.part)
            if named(history, touch.item) == file and waited and touch.op.index > waited[-1].start.index
        ]
        if late:
            message = f"{end.part} stores into {file} after it has waited for the disk."
            return [finding(history, message, waited[-1], late[0], read="man 2 msync")]
    return []
