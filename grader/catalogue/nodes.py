"""From the bytes of a YAML file to its tree; the only module that knows the YAML parser.

PyYAML only cuts the text into events here; what a scalar means is decided by the rules of YAML 1.2, so that
`no` stays a text, and a number that can be read in two ways (`0600`) is no value at all until it is quoted.
Nothing is constructed but texts, numbers, booleans, null, lists and mappings: nothing can be executed.

Theory of operation: `parse` guards the bytes (size, encoding, characters), `_Composer` builds the tree. What
makes the text unreadable ends the reading at once; what concerns one entry only (a duplicate key, a tag) is
noted, and the rest of the file is still checked. Depth and size are bounded before they can hurt: aliases
share nodes, so a "billion laughs" is counted, never expanded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, Protocol

import yaml

from grader.catalogue import messages_yaml as messages
from grader.catalogue.tree import Document, ListNode, MapNode, Node, ScalarNode, Source, Unclear, Value
from grader.model.errors import CatalogueError, Problem

SIZE_MAX = 1 << 20
"""Bytes of a file."""
DEPTH_MAX = 50
NODES_MAX = 100_000
"""Nodes of a file, aliases counted as often as they are used."""

_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NULL = re.compile(r"|~|null|Null|NULL")
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_PLAIN_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_BASED_INT = re.compile(r"0x[0-9a-fA-F]{1,15}|0o[0-7]{1,20}")
_PLAIN_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NUMBER = re.compile(
    r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)


def read_file(path: Path, *, empty_ok: bool = False) -> Document:
    """Read a YAML file.

    Args:
        path: as the user knows it; problems name it so.
        empty_ok: a file without any content is an empty mapping.

    Returns:
        The tree, with the problems of single entries.

    Raises:
        CatalogueError: the file cannot be read, or is no YAML at all.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(SIZE_MAX + 1)
    except OSError as error:
        problem = Problem(str(path), 0, 0, messages.unreadable(error.strerror or "unknown error"))
        raise CatalogueError([problem]) from None
    return parse(data, str(path), empty_ok=empty_ok)


def parse(data: bytes, file: str, *, empty_ok: bool = False) -> Document:
    """Turn the bytes of a YAML file into a tree; see read_file."""
    if len(data) > SIZE_MAX:
        raise CatalogueError([Problem(file, 0, 0, messages.too_big(SIZE_MAX))])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = _LINE_BREAK.split(data[: error.start].decode("utf-8-sig", "replace"))
        message = messages.not_utf8(data[error.start])
        raise CatalogueError([Problem(file, len(before), len(before[-1]) + 1, message)]) from None
    source = Source(file, tuple(_LINE_BREAK.split(text)))
    unprintable = _UNPRINTABLE.search(text)
    if unprintable is not None:
        before = _LINE_BREAK.split(text[: unprintable.start()])
        message = messages.unprintable(unprintable[0])
        raise CatalogueError([source.problem(len(before), len(before[-1]) + 1, message)])
    return _Composer(source, text).document(empty_ok=empty_ok)


def resolve(text: str) -> Value:
    """Return what an unquoted scalar means in YAML 1.2, and Unclear where that is not what it seems."""
    if _NULL.fullmatch(text):
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _PLAIN_INT.fullmatch(text):
        return int(text)
    if _BASED_INT.fullmatch(text):
        return int(text, 0)
    if _PLAIN_FLOAT.fullmatch(text) and math.isfinite(float(text)) and not text.lstrip("+-").isdigit():
        return float(text)
    return Unclear(text) if _NUMBER.fullmatch(text) else text


_BEGUN_WRONG = ("while scanning a quoted scalar", "while scanning a simple key")
"""What the parser does when the mistake is where it began, not where it noticed."""
_Spot = tuple[int, int]
"""Line and column, from 1."""


class _Composer:
    """Builds the tree from PyYAML's events."""

    def __init__(self, source: Source, text: str) -> None:
        self._source = source
        self._loader = yaml.SafeLoader(text)
        self._problems: list[Problem] = []
        self._anchors: dict[str, Node | None] = {}

    def document(self, *, empty_ok: bool) -> Document:
        """Compose the one document of the file."""
        try:
            root = self._document(empty_ok=empty_ok)
        finally:
            # PyYAML's parser holds bound methods of itself; this breaks the circle.
            self._loader.dispose()
        return Document(self._source, root, tuple(self._problems))

    def _document(self, *, empty_ok: bool) -> Node:
        self._event()
        if isinstance(self._peek(), yaml.StreamEndEvent):
            if empty_ok:
                return MapNode(line=1, column=1)
            self._stop_file(messages.EMPTY_FILE)
        self._event()
        root = self._node(self._event(), 0)
        self._event()
        after = self._peek()
        if not isinstance(after, yaml.StreamEndEvent):
            self._stop(_spot(after.start_mark), messages.SECOND_DOCUMENT)
        if isinstance(root, ScalarNode) and root.value is None:
            if empty_ok:
                return MapNode(line=1, column=1)
            self._stop_file(messages.EMPTY_FILE)
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        spot = _spot(event.start_mark)
        if depth > DEPTH_MAX:
            self._stop(spot, messages.too_deep(DEPTH_MAX))
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            self._anchors[event.anchor] = None
        if getattr(event, "tag", None) is not None:
            self._note(spot, messages.TAG)
        if isinstance(event, yaml.ScalarEvent):
            node: Node = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._list(spot, depth)
        else:
            node = self._map(spot, depth)
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: yaml.AliasEvent) -> Node:
        name = event.anchor or ""
        if name not in self._anchors:
            self._stop(_spot(event.start_mark), messages.unknown_alias(name, list(self._anchors)))
        node = self._anchors[name]
        if node is None:
            self._stop(_spot(event.start_mark), messages.alias_in_itself(name))
        return node

    def _scalar(self, event: yaml.ScalarEvent) -> ScalarNode:
        spot, text = _spot(event.start_mark), event.value
        if any("\ud800" <= char <= "\udfff" for char in text):
            self._note(spot, messages.SURROGATE)
            text = ""
        quoted = event.style is not None
        value = text if quoted else resolve(text)
        return ScalarNode(line=spot[0], column=spot[1], value=value, text=text, quoted=quoted)

    def _list(self, spot: _Spot, depth: int) -> ListNode:
        items = []
        size = 1
        while not isinstance(self._peek(), yaml.SequenceEndEvent):
            item = self._node(self._event(), depth + 1)
            items.append(item)
            size += item.size
            if size > NODES_MAX:
                self._stop(spot, messages.too_many_nodes(NODES_MAX))
        self._event()
        return ListNode(line=spot[0], column=spot[1], size=size, items=tuple(items))

    def _map(self, spot: _Spot, depth: int) -> MapNode:
        keys: dict[str, ScalarNode] = {}
        values: dict[str, Node] = {}
        size = 1
        while not isinstance(self._peek(), yaml.MappingEndEvent):
            key = self._node(self._event(), depth + 1)
            value = self._node(self._event(), depth + 1)
            size += key.size + value.size
            if size > NODES_MAX:
                self._stop(spot, messages.too_many_nodes(NODES_MAX))
            if not isinstance(key, ScalarNode):
                self._problems.append(self._source.at(key, messages.KEY_NOT_SCALAR))
            elif not isinstance(key.value, str):
                self._problems.append(self._source.at(key, messages.key_not_text(key.text)))
            elif key.value == "<<" and not key.quoted:
                self._problems.append(self._source.at(key, messages.MERGE_KEY))
            elif key.value in keys:
                first = keys[key.value].line
                self._problems.append(self._source.at(key, messages.duplicate_key(key.value, first)))
            else:
                keys[key.value] = key
                values[key.value] = _placed(value, key)
        self._event()
        return MapNode(line=spot[0], column=spot[1], size=size, keys=keys, values=values)

    def _peek(self) -> yaml.Event:
        return self._guarded(self._loader.peek_event)

    def _event(self) -> yaml.Event:
        return self._guarded(self._loader.get_event)

    def _guarded(self, step: Callable[[], yaml.Event]) -> yaml.Event:
        try:
            event = step()
        except yaml.MarkedYAMLError as error:
            began = _spot(error.context_mark)[0] if error.context_mark is not None else None
            marks = (error.problem_mark, error.context_mark)
            if error.context in _BEGUN_WRONG:
                marks = marks[::-1]
            spot = _spot(marks[0] or marks[1] or self._loader.get_mark())
            found = self._source.lines[spot[0] - 1][spot[1] - 1 : spot[1]]
            self._stop(spot, messages.syntax(error.problem or "", error.context or "", found, began))
        except (ValueError, OverflowError):
            # PyYAML itself trips over an escape beyond Unicode and over a version number of 5000 digits.
            self._stop(_spot(self._loader.get_mark()), messages.BAD_ESCAPE)
        return event

    def _note(self, spot: _Spot, message: str) -> None:
        self._problems.append(self._source.problem(*spot, message))

    def _stop(self, spot: _Spot, message: str) -> NoReturn:
        self._note(spot, message)
        raise CatalogueError(self._problems)

    def _stop_file(self, message: str) -> NoReturn:
        raise CatalogueError([Problem(self._source.file, 0, 0, message)])


class _Mark(Protocol):
    """A place as PyYAML has it, counted from 0."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


def _spot(mark: _Mark | None) -> _Spot:
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _placed(value: Node, key: ScalarNode) -> Node:
    """Let a value that is not there stand at its key, where the eye looks for it."""
    if isinstance(value, ScalarNode) and value.value is None and not value.text:
        return ScalarNode(line=key.line, column=key.column, value=None, text="")
    return value
