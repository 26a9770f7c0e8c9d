"""Who plays."""

from grader.authoring import Finding, History, Spec, finding, lines, parts


def one_child(history: History, spec: Spec) -> list[Finding]:
    """One child process prints every pong."""
    del spec
    found: list[Finding] = []
    for part in parts(history, "volley"):
        pongs = [line for line in lines(history, part=part) if line.text.startswith("pong ") and line.op.pid]
        other = next((line for line in pongs if line.op.pid != pongs[0].op.pid), None)
        if other is not None:
            message = "Another process than before prints a pong: there is one child, for all rounds."
            found.append(finding(history, message, pongs[0], other, read="man 2 fork"))
    return found
