"""What a ring of SLOTS slots means for who puts something into it."""

from grader.authoring import Finding, History, Spec, calls, ends, finding, parts


def ahead(history: History, spec: Spec) -> list[Finding]:
    """A producer gets no further ahead of the printed lines than there are slots: if all are full, it waits.

    Judged where one producer and one consumer are all that a ring has started, for there it is plain who is
    who. The consumer may have taken as many items as there are slots, and not printed them yet; a producer that
    has ended has none in its hand.
    """
    found = []
    for part in parts(history, "ring"):
        counts = [int(text) for text in spec.script.cast[part].args if text.isdecimal()]
        children = {one.pid for one in history.processes.values() if one.part == part and not one.main}
        if len(counts) != 4 or counts[1:3] != [1, 1] or len(children) != 2:
            continue
        slots, items = counts[0], counts[3]
        prints = [call for call in calls(history, "write", part=part, on=f"stdout of {part}") if call.data]
        printers = {call.pid for call in prints}
        makers = [end for end in ends(history, part=part) if end.pid in children - printers]
        if len(makers) != 1 or not printers < children or makers[0].value("status") != 0:
            continue
        end = makers[0]
        printed = sum(call.data.count("\n") for call in prints if call.start.index < end.start.index)
        if items - printed > 2 * slots:
            message = (
                f"The producer has put all its {items} items and ends, and {_are(printed, 'line')} printed:"
                f" but there {_are(slots, 'slot', last=True)}, and the consumer has no more in hand than that."
            )
            found.append(finding(history, message, end, read="man 3 sem_wait"))
    return found


def _are(number: int, thing: str, *, last: bool = False) -> str:
    words = [f"{number} {thing}" if number == 1 else f"{number} {thing}s", "is" if number == 1 else "are"]
    return " ".join(reversed(words) if last else words)
