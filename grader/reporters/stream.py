"""One line a call, as it happens: quick, for it is written while the programs wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from grader.reporters.base import Reporter

REPORTER: Final[Reporter | None] = None  # shows calls, not a verdict

_DATA_MAX: Final = 64
_ESCAPES: Final = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 256))} | {
    0: "\\0",
    9: "\\t",
    10: "\\n",
    13: "\\r",
    34: '\\"',
    92: "\\\\",
}


def line(pid: int, f: str, target: str, value: Mapping[str, Any], result: int | None, error: str) -> str:
    """Render a call that has ended, or an event (its result is None).

    Args:
        pid: who made it.
        f: its name.
        target: what its object is called; empty if it has none.
        value: arguments, and what was transferred.
        result: what it returned.
        error: errno name if it failed.
    """
    words = []
    named = target == ""
    for key, argument in value.items():
        text = _word(key, argument)
        if not named and key in ("fd", "id"):
            text = f"{text}<{_harmless(target)}>"
            named = True
        elif key == "path":
            named = True
        words.append(text)
    if not named:
        words.insert(0, f"<{_harmless(target)}>")
    call = f"{pid:>7}  {f}({', '.join(words)})"
    if error:
        return f"{call} = -1 {error}\n"
    return f"{call}\n" if result is None else f"{call} = {result}\n"


def _word(key: str, argument: Any) -> str:
    if isinstance(argument, int):
        return f"0{argument:o}" if key == "mode" else str(argument)
    if isinstance(argument, str):
        if key in ("data", "path", "to"):
            cut = "..." if len(argument) > _DATA_MAX else ""
            return f'"{_harmless(argument[:_DATA_MAX])}"{cut}'
        return _harmless(argument)
    if isinstance(argument, list):
        joint = "|" if key in ("flags", "prot", "operation") else ", "
        inner = joint.join(_word("", entry) for entry in argument)
        return inner or "0" if joint == "|" else f"[{inner}]"
    if isinstance(argument, dict):
        return "{" + ", ".join(f"{name}={_word(name, entry)}" for name, entry in argument.items()) + "}"
    return "NULL" if argument is None else str(argument)


def _harmless(text: str) -> str:
    """Escape what a terminal would obey."""
    if text.isascii() and text.isprintable() and "\\" not in text and '"' not in text:
        return text
    return text.translate(_ESCAPES)
