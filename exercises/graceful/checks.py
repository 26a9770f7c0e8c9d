"""How the pid file is made."""

from grader.authoring import Call, Finding, History, Spec, calls, finding, parts

LOCKS = ("flock", "fcntl", "semop", "sem_wait", "mkdir", "symlink")
NO_LOCKS = ("F_DUPFD", "F_DUPFD_CLOEXEC", "F_GETFD", "F_SETFD", "F_GETFL", "F_SETFL", "F_GETLK")


def exclusive(history: History, spec: Spec) -> list[Finding]:
    """NAME.pid is created exclusively: of two daemons that begin at once, one finds that it is there already.

    Told where there is no such file before, so that the first `open` with O_CREAT makes it. Who links
    a finished file into its place does without, and so does who locks that file or another one.
    """
    found: list[Finding] = []
    for part in parts(history, "daemon") if spec.scenario.id == "mode" else []:
        name = f"{spec.script.cast[part].args[0]}.pid"
        made = next((call for call in calls(history, "open", part=part) if _creates(call, name)), None)
        if made is None or "O_EXCL" in _flags(made):
            continue
        if any(lock.ok and lock.value("cmd") not in NO_LOCKS for lock in calls(history, *LOCKS, part=part)):
            continue
        message = (
            f"It makes {name} without O_EXCL: another daemon that makes it at this moment is not noticed."
        )
        found.append(finding(history, message, made, read="man 2 open"))
    return found


def _creates(call: Call, name: str) -> bool:
    path = str(call.value("path"))
    return call.ok and "O_CREAT" in _flags(call) and path.rpartition("/")[2] == name


def _flags(call: Call) -> list[str]:
    flags = call.value("flags")
    return [str(flag) for flag in flags] if isinstance(flags, list | tuple) else []
