"""The words for a file that is no YAML, or not the part of YAML that is used here."""

from __future__ import annotations

from collections.abc import Sequence

from grader.catalogue.messages import suggestion, word

EMPTY_FILE = "the file is empty"
SECOND_DOCUMENT = "a second document begins here; a file holds one, so `---` and `...` are not needed"
TAG = "tags (a word that begins with `!`) are not used here; to write the character itself, use quotes"
KEY_NOT_SCALAR = (
    "a key must be a single word, not a list or a mapping; text that begins with `{` or `[` needs quotes"
)
MERGE_KEY = "`<<` is not used here; `*name` repeats a whole value"
SURROGATE = "this escape is only half of a character; write the character itself"
BAD_ESCAPE = "the number of an escape or a version here is far too big"


def unreadable(reason: str) -> str:
    """Say that a file cannot be opened."""
    return f"the file cannot be read: {reason}"


def too_big(limit: int) -> str:
    """Say that a file is over the limit of bytes."""
    return f"the file is bigger than {limit // 1024} KiB; no exercise needs that much"


def not_utf8(byte: int) -> str:
    """Say that a file is not in UTF-8."""
    return f"the byte 0x{byte:02x} is not UTF-8 here; save the file in the encoding UTF-8"


def unprintable(char: str) -> str:
    """Say that a control character stands in a file."""
    code = ord(char)
    escape = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return f'the control character U+{code:04X} stands here; in double quotes it is written "{escape}"'


def too_deep(limit: int) -> str:
    """Say that lists and mappings are nested too deep."""
    return f"lists and mappings are nested more than {limit} deep here"


def too_many_nodes(limit: int) -> str:
    """Say that a file holds too many values, perhaps through aliases."""
    return f"there are more than {limit} values here, each use of an alias (`*name`) counted"


def unknown_alias(name: str, known: Sequence[str]) -> str:
    """Say that an alias names no anchor."""
    hint = suggestion(name, known) or "; text that begins with `*` needs quotes"
    return f"the alias {word('*' + name)} names no anchor ({word('&' + name)}) above{hint}"


def alias_in_itself(name: str) -> str:
    """Say that an alias stands inside of what it names."""
    return f"the alias {word('*' + name)} stands inside of what it names"


def key_not_text(text: str) -> str:
    """Say that a key is a number, a boolean or nothing."""
    if not text:
        return "there is no key before this `:`"
    return f'the key {word(text)} is not a text; if it is meant, write it in quotes: "{text}"'


def duplicate_key(key: str, first: int) -> str:
    """Say that a key stands twice."""
    return f"the key {word(key)} stands twice; the first is on line {first}"


def syntax(problem: str, context: str, found: str, began: int | None) -> str:
    """Put a complaint of the YAML parser in plain words.

    Args:
        problem: what the parser says.
        context: what it was doing.
        found: the character it stopped at; empty at the end of the file.
        began: line on which what it was doing began.

    Returns:
        The message.
    """
    since = f"on line {began}" if began else "above"
    if "cannot start any token" in problem:
        if found == "\t":
            return "a tab stands here; indent and separate with spaces"
        return f"a text cannot begin with {word(found)}; write it in quotes"
    for part, text in _SYNTAX:
        if part in problem:
            return text
    if "quoted scalar" in context and "unexpected" in problem:
        return "this quote is never closed"
    if "block collection" in context or "block mapping" in context:
        return (
            f"this does not line up with the block that begins {since}; check the indentation and the quotes"
        )
    if "flow sequence" in context or "flow mapping" in context:
        bracket = "]" if "sequence" in context else "}"
        return f"the bracket that opens {since} is not closed: a `,` or `{bracket}` is missing before this"
    return f"this is not valid YAML ({problem or context}); a text with signs in it needs quotes"


_SYNTAX = (
    (
        "mapping values are not allowed",
        "a `:` cannot stand here; quote a text that contains `: `, or check the indentation",
    ),
    (
        "sequence entries are not allowed",
        "a list entry (`- `) cannot stand here; begin it on a line of its own",
    ),
    (
        "could not find expected ':'",
        "a key with its `:` is expected here; check the indentation and the quotes",
    ),
    (
        "unknown escape character",
        "there is no such escape in double quotes; write `\\\\` for a backslash, or use single quotes",
    ),
    (
        "hexadecimal numbers",
        "the escape is cut short; write `\\\\` for a backslash, or use single quotes",
    ),
    (
        "expected the node content",
        "a value is missing here; check the brackets above, and quote texts with signs in them",
    ),
    (
        "alphabetic or numeric character",
        "a name is missing here; a text that begins with `*`, `&` or `%` needs quotes",
    ),
    ("incompatible YAML document", "only YAML 1 can be read; the `%YAML` line is not needed"),
    ("'<document start>'", "this stands outside of everything above; check the indentation"),
)
"""Complaints of the YAML parser, known by a part of their text."""
