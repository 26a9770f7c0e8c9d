"""What the contract of parking says of waiting."""

from grader.authoring import Finding, History, Spec, calls, explains, finding, finished, parts


@explains()
def woken(history: History, spec: Spec) -> list[Finding]:
    """A car that waits is woken by one that leaves; no time-out does it instead."""
    for part in parts(history) if finished(history) else []:
        # Where anybody signals, a time-out may only have been quicker.
        if calls(history, "pthread_cond_signal", "pthread_cond_broadcast", part=part):
            continue
        for call in calls(history, "pthread_cond_timedwait", "pthread_cond_clockwait", part=part):
            if call.end is not None and call.blocked:
                message = f"{part} wakes no car: a time-out ends the waiting, and that is polling."
                return [finding(history, message, call, read="man 3 pthread_cond_signal")]
    return []
