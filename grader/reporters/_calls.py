"""One operation of a history as a C programmer would write it: `open("alice.fifo", O_RDONLY) = 3`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from grader.model.history import History, Op, OpType
from grader.reporters.explain import harmless

# The order of the parameters in C; what a call has besides is appended as name=value.
_PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = {
    "open": ("path", "flags", "mode"),
    "shm_open": ("path", "flags", "mode"),
    "sem_open": ("path", "flags", "mode", "value"),
    "mq_open": ("path", "flags", "mode"),
    "close": ("fd",),
    "read": ("fd", "data", "count"),
    "write": ("fd", "data", "count"),
    "recv": ("fd", "data", "count", "flags"),
    "send": ("fd", "data", "count", "flags"),
    "pipe": ("fds",),
    "dup": ("fd",),
    "dup2": ("fd", "to"),
    "fcntl": ("fd", "cmd", "type"),
    "flock": ("fd", "operation"),
    "mkfifo": ("path", "mode"),
    "mkdir": ("path", "mode"),
    "unlink": ("path",),
    "rename": ("path", "to"),
    "link": ("path", "to"),
    "chmod": ("path", "mode"),
    "ftruncate": ("fd", "length"),
    "shm_unlink": ("path",),
    "sem_unlink": ("path",),
    "mq_unlink": ("path",),
    "mmap": ("length", "prot", "flags", "fd"),
    "poll": ("fds", "timeout_ns"),
    "select": ("fds", "timeout_ns"),
    "epoll_wait": ("fds", "timeout_ns"),
    "msgget": ("key", "flags"),
    "msgsnd": ("id", "type", "data", "count", "flags"),
    "msgrcv": ("id", "data", "count", "type", "flags"),
    "msgctl": ("id", "cmd"),
    "semget": ("key", "n", "flags"),
    "semop": ("id", "ops", "flags"),
    "semctl": ("id", "num", "cmd", "value"),
    "shmget": ("key", "size", "flags"),
    "shmat": ("id", "flags"),
    "shmctl": ("id", "cmd"),
    "mq_send": ("fd", "data", "count", "priority"),
    "mq_receive": ("fd", "data", "count"),
    "futex": ("op", "value", "timeout_ns"),
    "wait": ("pid", "flags"),
    "kill": ("target", "signal"),
    "sigaction": ("signal", "action"),
    "exec": ("path", "argv"),
    "nanosleep": ("duration_ns",),
}

_PLAIN_RESULTS: Final = frozenset({"fd", "child"})
"""Keys of an ok that only repeat the return value."""

_NAMES: Final = {"exec": "execve"}
_WORD: Final = re.compile(r"[\w./:@+-]+")
_QUOTED: Final = frozenset({"path", "to", "data", "content", "got", "argv", "text", "line", "lines"})
"""Keys of texts that are quoted even if they look like a constant."""
_ADDRESSES: Final = frozenset({"mmap", "shmat"})


def c_string(text: str, length: int = 64) -> str:
    """Return transferred bytes (as latin-1 text) quoted and escaped as in C, cut if long."""
    try:
        shown = text.encode("latin-1").decode("utf-8")
    except UnicodeError:  # a binary record, or a path that never was bytes
        shown = text
    cut = len(shown) > length
    escaped = (
        shown[:length].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    )
    return f'"{harmless(escaped, length=10 * length)}"' + ("..." if cut else "")


def seconds(time_ns: int) -> str:
    """Return a duration in seconds without trailing zeros: `0.5 s`."""
    return f"{time_ns / 1e9:.9f}".rstrip("0").rstrip(".") + " s"


def _value(key: str, value: Any) -> str:
    match value:
        case None:
            return "forever" if key == "timeout_ns" else "NULL"
        case bool():
            return str(value).lower()
        case int() if key.endswith("_ns"):
            return seconds(value)
        case int() if key == "mode":
            return f"0{value:o}"
        case int() | float():
            return str(value)
        case str():
            return c_string(value) if key in _QUOTED or not _WORD.fullmatch(value) else value[:64]
        case list():
            words = [_value(key, entry) for entry in value]
            if key in ("flags", "prot", "operation"):
                return "|".join(words) or "0"
            return f"[{', '.join(words)}]"
        case dict():
            return (
                "{" + ", ".join(f"{name}={_value(str(name), entry)}" for name, entry in value.items()) + "}"
            )
        case _:
            return harmless(repr(value), length=64, lines=1)


def label(history: History, object_id: str) -> str:
    """Return the name by which a student knows an object, or its number."""
    known = history.objects.get(object_id)
    return harmless(known.name if known and known.name else object_id, length=40, lines=1)


def _arguments(history: History, op: Op, values: Mapping[str, Any], order: tuple[str, ...]) -> list[str]:
    arguments = []
    named = not op.object
    for key in order:
        if key not in values:
            continue
        text = _value(key, values[key])
        if key in ("fd", "id") and not named:
            text, named = f"{text}<{label(history, op.object)}>", True
        named = named or key in ("path", "key")
        arguments.append(text)
    return arguments if named else [f"<{label(history, op.object)}>", *arguments]


def call(history: History, invoke: Op, end: Op | None = None) -> tuple[str, str]:
    """Render a call.

    Args:
        history: where the objects are named.
        invoke: its beginning, or an event that has no beginning.
        end: its end; None if it is not known or shown elsewhere.

    Returns:
        The call, and its result: two parts, so that a narrow screen need not lose the result.
    """
    if not invoke.part:
        return _script(invoke, end)
    if invoke.f in _EVENTS:
        return _EVENTS[invoke.f](history, invoke), ""
    order = _PARAMETERS.get(invoke.f, ())
    outcome = dict(end.value) if end else {}
    place = end if end and end.object and not invoke.object else invoke
    known = {key: outcome[key] for key in order if key in outcome} if end else {}
    if order and "fd" in order and "fd" not in invoke.value:
        known.pop("fd", None)
    arguments = _arguments(history, place, {**known, **invoke.value}, order)
    extras = {key: value for key, value in invoke.value.items() if key not in order}
    arguments += [f"{key}={_value(key, value)}" for key, value in extras.items()]
    text = f"{_NAMES.get(invoke.f, invoke.f)}({', '.join(arguments)})"
    if end is None:
        return text, ""
    shown = set(known) | _PLAIN_RESULTS | set(invoke.value)
    also = [f", {key}={_value(key, value)}" for key, value in outcome.items() if key not in shown]
    return text, _result(end) + "".join(also)


def _result(end: Op) -> str:
    if end.type is OpType.FAIL:
        return f" = -1 {end.error}".rstrip()
    if end.type is OpType.INFO or end.result is None:
        return ""
    return f" = {end.result:#x}" if end.f in _ADDRESSES else f" = {end.result}"


def _script(invoke: Op, end: Op | None) -> tuple[str, str]:
    values = {**invoke.value, **(end.value if end else {})}
    if invoke.f == "fault":
        return _fault(values), ""
    step, _open = values.pop("step", None), values.pop("open", None)
    number = f"step {step + 1}: " if isinstance(step, int) else ""
    words = [_names(values.pop(key)) for key in ("part", "parts") if key in values]
    words += [f"{key}={_value(key, value)}" for key, value in values.items()]
    verdict = "  NOT MET" if end and end.type is OpType.FAIL else ""
    return f"{number}{invoke.f} {', '.join(words)}".rstrip(), verdict


def _fault(value: Mapping[str, Any]) -> str:
    """Show a fault: `fault: kill victim before its write 2`."""
    child, (_name, f, nth) = value.get("child"), value["act"]
    whom = f"child {child} of {value['part']}" if child else value["part"]
    when = "asleep in" if value.get("during") else "before" if value["kind"] == "kill" else "in"
    detail = "".join(f", {key} {_value(key, each)}" for key, each in value.get("detail", {}).items())
    return harmless(f"fault: {value['kind']} {whom} {when} its {f} {nth}{detail}", lines=1)


def _names(value: Any) -> str:
    names = value if isinstance(value, list) else [value]
    return " ".join(harmless(str(name), lines=1) for name in names)


def _exit(_history: History, op: Op) -> str:
    value = op.value
    if "signal" in value:
        text = f"killed by {value['signal']}" + (" (core dumped)" if value.get("core") else "")
    else:
        text = f"exits with status {value.get('status', '?')}"
    if value.get("zombies"):
        text += f", never waited for {_list(value['zombies'])}"
    if value.get("orphans"):
        text += f", leaves {_list(value['orphans'])} running"
    if value.get("unflushed"):
        text += f", with {c_string(str(value['unflushed']))} unflushed"
    return harmless(f"--- {text} ---", lines=1)


def _list(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


_ACTIONS: Final = {
    "handler": "its handler runs",
    "default": "default action",
    "fatal": "it dies of it",
    "stop": "it stops",
}


def _deliver(_history: History, op: Op) -> str:
    sender = op.value.get("from")
    sender = f"pid {sender}" if isinstance(sender, int) else sender
    action = op.value.get("action")
    text = str(op.value.get("signal", "a signal"))
    text += f" from {sender}" if sender is not None else ""
    text += f": {_ACTIONS.get(str(action), str(action))}" if action is not None else ""
    return harmless(f"--- {text} ---", lines=1)


def _output(_history: History, op: Op) -> str:
    stream = harmless(str(op.value.get("stream", "stdout")), lines=1)
    return f"{stream}: {c_string(str(op.value.get('data', '')))}"


def _access(history: History, op: Op) -> str:
    size = op.value.get("size", "?")
    offset = op.value.get("offset", "?")
    return f"{op.f} {size} bytes at <{label(history, op.object)}>+{offset}"


def _spin(_history: History, _op: Op) -> str:
    return "--- uses the CPU without any system call ---"


def _job_control(_history: History, op: Op) -> str:
    return "--- stopped ---" if op.f == "stop" else "--- continued ---"


def _looks(history: History, op: Op) -> str:
    return f"--- goes on with <{label(history, op.object)}>, thousands of times ---"


def _freed(_history: History, op: Op) -> str:
    return f"free {op.value.get('size', '?')} bytes"


def _unsafe_call(_history: History, op: Op) -> str:
    text = f"is in {op.value.get('function', '?')}"
    if "handler" in op.value:
        text = f"the handler of {op.value['handler']} calls {op.value.get('function', '?')}"
    if "interrupted_by" in op.value:
        text += f", which {op.value['interrupted_by']} has interrupted"
    return harmless(f"--- {text} ---", lines=1)


def _errno_changed(_history: History, op: Op) -> str:
    told = f"{op.value.get('before')} to {op.value.get('after')}"
    return harmless(
        f"--- the handler of {op.value.get('handler')} has changed errno from {told} ---", lines=1
    )


_EVENTS: Final = {
    "exit": _exit,
    "deliver": _deliver,
    "output": _output,
    "load": _access,
    "store": _access,
    "looks": _looks,
    "freed": _freed,
    "spin": _spin,
    "unsafe_call": _unsafe_call,
    "errno_changed": _errno_changed,
    "stop": _job_control,
    "continue": _job_control,
}
